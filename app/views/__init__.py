"""The pages of the app; each has ``show``. (A folder named pages would make each file a page of its own.)"""
