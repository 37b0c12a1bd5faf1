{#-
    The join that gives the canonical word of a source's code: after it, <alias>.canonical_value.
    Use: {{ join_vocabulary('order_state', 'orders', 'product_order.state', 'order_state') }} after a `from`.
-#}
{% macro join_vocabulary(entity, system, column, alias) -%}
    left join {{ ref('status_vocabulary') }} as {{ alias }}
        on {{ alias }}.entity = '{{ entity }}'
        and {{ alias }}.system = '{{ system }}'
        and {{ alias }}.source_value = {{ code_key(column) }}
{%- endmacro %}

{#- Every column that is read through the vocabulary: entity, system, model, column. A word it lacks is reported. -#}
{% macro vocabulary_columns() -%}
    {{ return([
        ('customer', 'crm', 'stg_crm__customer', 'status'),
        ('customer', 'crm_fixed', 'stg_crm_fixed__customer', 'status'),
        ('customer', 'billing', 'stg_billing__account', 'status'),
        ('billing_account', 'billing', 'stg_billing__account', 'status'),
        ('product', 'crm', 'stg_crm__product', 'status'),
        ('product', 'crm_fixed', 'stg_crm_fixed__product', 'status'),
        ('agreement_status', 'crm', 'stg_crm__agreement', 'status'),
        ('product', 'billing', 'stg_billing__subscription', 'status'),
        ('subscription', 'billing', 'stg_billing__subscription', 'status'),
        ('service', 'inventory', 'stg_inventory__service', 'state'),
        ('network_presence', 'inventory', 'stg_inventory__service', 'state'),
        ('network_presence', 'subscribers', 'stg_subscribers__subscriber', 'state'),
        ('resource_type', 'inventory', 'stg_inventory__resource', 'resource_type'),
        ('order_action', 'orders', 'int_order_item__from_orders', 'action_source'),
        ('order_state', 'orders', 'int_order_item__from_orders', 'state_source'),
        ('order_state', 'orders', 'int_order_item__from_orders', 'service_order_state_source'),
        ('bill_run_status', 'billing', 'stg_billing__bill_run', 'status'),
        ('invoice_status', 'billing', 'stg_billing__invoice', 'status'),
        ('invoice_line_type', 'billing', 'stg_billing__invoice_line', 'line_type'),
        ('dunning_level', 'billing', 'stg_billing__dunning_action', 'level'),
        ('discount_kind', 'billing', 'stg_billing__discount', 'kind'),
        ('tax_category', 'billing', 'stg_billing__invoice_line', 'tax_category'),
        ('tax_category', 'billing', 'stg_billing__account_tax_status', 'tax_category'),
        ('tax_category', 'catalog', 'stg_catalog__product_offering_price', 'tax_category'),
        ('price_type', 'catalog', 'stg_catalog__product_offering_price', 'price_type'),
        ('offering_category', 'catalog', 'stg_catalog__product_offering', 'category'),
        ('offering_lifecycle', 'catalog', 'stg_catalog__product_offering', 'lifecycle_status'),
        ('alarm_state', 'alarms', 'stg_alarms__alarm', 'state'),
        ('alarm_severity', 'alarms', 'stg_alarms__alarm', 'perceived_severity'),
    ]) }}
{%- endmacro %}
