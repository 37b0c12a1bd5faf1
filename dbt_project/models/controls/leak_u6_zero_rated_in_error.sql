-- U6: charged at zero though it costs something. Grain: subscription and completed run.
-- Amount: what re-rating makes of it. Where billing flagged a zone that is free by rule the flag is the cause, else the tariff.

{{ re_rating_findings(
    'u6',
    root_cause=[
        "max(case when rated_zone <> zone then 'free_zone_flag' else 'tariff' end)",
        "min(case when rated_zone <> zone then concat_ws('/', usage_type, rated_zone) else product_offering_price_id end)",
    ],
    evidence=[('rated_zones', distinct_list('rated_zone')), ('zones', distinct_list('zone'))]
) }}
