{#-
    The controls that have models, in the order of the catalogue (seeds/reference/control.csv): each name is that of the
    model leak_<name>, and its first part the id, which candidate and step models carry
    (int_leakage__<id>_candidate, int_leakage__<id>_step). A new control adds one line here.
-#}
{% macro built_controls() -%}
    {{ return([
        'p1_tariff_mis_configured',
        'p2_negative_margin',
        'p3_contract_price',
        'o1_provisioned_not_billed',
        'o2_billed_not_provisioned',
        'o3_late_billing_start',
        'o4_order_fallout',
        'o5_wrong_plan_or_speed',
        'o6_ceased_still_active',
        'o7_ceased_still_billed',
        'o8_suspended_still_using',
        'o9_free_sim_with_traffic',
        'o10_circuit_differs',
        'o11_orphan_subscriber',
        'u1_lost_before_mediation',
        'u2_rejected_usage',
        'u3_rated_never_billed',
        'u4_duplicate_usage',
        'u5_too_late_to_bill',
        'u6_zero_rated_in_error',
        'u7_truncated_records',
        'u8_allowance_applied_wrongly',
        'r1_mis_rating',
        'r2_account_missed_in_bill_cycle',
        'r3_fee_missed',
        'r4_discount_without_right',
        'r5_proration_or_rounding',
        'r6_tax_wrong',
        'r7_invoice_held_or_unsent',
        'r9_credit_over_authority',
        'r10_prepaid_balance',
        'c1_dunning_not_triggered',
        'c2_payment_not_applied',
        'c3_billing_ledger',
        'x1_interconnect',
        'x2_roaming',
        'x3_dealer_commission',
    ]) }}
{%- endmacro %}

{#- The id of a control, as its candidate and step models are named: 'o1' of 'o1_provisioned_not_billed'. -#}
{% macro control_slug(name) -%}
    {{ return(name.split('_')[0]) }}
{%- endmacro %}
