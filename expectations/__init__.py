"""The two edges of the lake: what sources promised (landing) and what users are promised (published).

Rules inside the lake are dbt tests; none is repeated here.
"""
