-- O3: the order is completed and the network serves, but billing begins days later. Grain: product and completed run.
-- Amount: the offering's monthly price per day between completion and the start of billing, plus the usage of those
-- days at catalogue prices.

{{ unbilled_findings(
    'o3',
    root_cause=["'order_type'", "'add'"],
    carried=[
        'max(recurring.product_order_id) as product_order_id',
        'max(recurring.service_order_id) as service_order_id',
        'min(recurring.completed_day) as completed_day',
        'max(recurring.billed_from) as billed_from',
    ],
    keys=[('orders.product_order', 'product_order_id'), ('orders.service_order', 'service_order_id')],
    evidence=[
        ('completed_day', 'cast(completed_day as string)'), ('billed_from', 'cast(billed_from as string)')
    ],
) }}
