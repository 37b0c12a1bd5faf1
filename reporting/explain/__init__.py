"""``concord explain``: why a customer (account, product, service, resource) is what it is."""
