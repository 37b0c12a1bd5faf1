-- O1: the network serves and the product is active, but billing has no subscription. Grain: product and completed
-- run.
-- Amount: the offering's monthly price per unbilled day of the bill month, plus the usage of those days at catalogue
-- prices.

{{ unbilled_findings('o1', root_cause=["'product_offering'", 'product_offering_id']) }}
