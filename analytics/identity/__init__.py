"""Who is who: records of one customer in several systems, found without labels and with the evidence of every pair.

``features.prepare`` → ``model.train`` → ``link.link``.
"""
