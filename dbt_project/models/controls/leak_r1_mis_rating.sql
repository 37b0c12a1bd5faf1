-- R1: rated at another amount than the catalogue says. Grain: subscription, completed run and direction.

{{ re_rating_findings('r1', root_cause=["'tariff'", 'min(product_offering_price_id)']) }}
