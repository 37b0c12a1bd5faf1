"""How fast do the usage controls go through many events?"""
