{#- Generated from ingestion/sources/*/source.yml by generate_sources.py; don't edit. -#}
{% macro load_modes() -%}
    {{ return({
        'alarms': {
            'alarm': {'mode': 'incremental', 'key': ['id'], 'cursor': 'alarm_changed_at'},
        },
        'bank': {
            'statement': {'mode': 'file', 'key': ['account_iban', 'statement_id'], 'cursor': none},
            'statement_entry': {'mode': 'file', 'key': ['account_iban', 'statement_id', 'entry_number', 'transaction_number'], 'cursor': none},
        },
        'billing': {
            'account': {'mode': 'full', 'key': ['account_id'], 'cursor': none},
            'account_tax_status': {'mode': 'full', 'key': ['tax_status_id'], 'cursor': none},
            'subscription': {'mode': 'full', 'key': ['subscription_id'], 'cursor': none},
            'subscription_plan': {'mode': 'full', 'key': ['subscription_plan_id'], 'cursor': none},
            'rating_rate': {'mode': 'full', 'key': ['rate_id'], 'cursor': none},
            'recurring_rate': {'mode': 'full', 'key': ['recurring_rate_id'], 'cursor': none},
            'discount': {'mode': 'full', 'key': ['discount_id'], 'cursor': none},
            'employee': {'mode': 'full', 'key': ['user_id'], 'cursor': none},
            'bill_run': {'mode': 'full', 'key': ['bill_run_id'], 'cursor': none},
            'invoice': {'mode': 'incremental', 'key': ['invoice_id'], 'cursor': 'updated_at'},
            'invoice_line': {'mode': 'incremental', 'key': ['invoice_line_id'], 'cursor': 'created_at'},
            'invoice_delivery': {'mode': 'incremental', 'key': ['invoice_delivery_id'], 'cursor': 'updated_at'},
            'rated_usage': {'mode': 'incremental', 'key': ['rated_usage_id'], 'cursor': 'rated_at'},
            'adjustment': {'mode': 'incremental', 'key': ['adjustment_id'], 'cursor': 'created_at'},
            'dunning_action': {'mode': 'incremental', 'key': ['dunning_action_id'], 'cursor': 'updated_at'},
            'payment': {'mode': 'incremental', 'key': ['payment_id'], 'cursor': 'paid_at'},
            'prepaid_account': {'mode': 'full', 'key': ['prepaid_account_id'], 'cursor': none},
            'prepaid_balance': {'mode': 'incremental', 'key': ['prepaid_account_id', 'period_start'], 'cursor': 'closed_at'},
            'prepaid_transaction': {'mode': 'incremental', 'key': ['prepaid_transaction_id'], 'cursor': 'posted_at'},
            'prepaid_voucher': {'mode': 'full', 'key': ['voucher_serial'], 'cursor': none},
        },
        'catalog': {
            'product_offering': {'mode': 'full', 'key': ['id'], 'cursor': none},
            'product_offering_price': {'mode': 'full', 'key': ['id'], 'cursor': none},
            'promotion': {'mode': 'full', 'key': ['id'], 'cursor': none},
        },
        'crm': {
            'individual': {'mode': 'full', 'key': ['id'], 'cursor': none},
            'organization': {'mode': 'full', 'key': ['id'], 'cursor': none},
            'customer': {'mode': 'full', 'key': ['id'], 'cursor': none},
            'product': {'mode': 'full', 'key': ['id'], 'cursor': none},
            'agreement': {'mode': 'full', 'key': ['id'], 'cursor': none},
        },
        'crm_fixed': {
            'customer': {'mode': 'snapshot', 'key': ['customer_no'], 'cursor': none},
            'product': {'mode': 'snapshot', 'key': ['contract_no'], 'cursor': none},
        },
        'general_ledger': {
            'journal_line': {'mode': 'file', 'key': ['document_number', 'line_number'], 'cursor': none},
        },
        'inventory': {
            'service': {'mode': 'full', 'key': ['id'], 'cursor': none},
            'resource': {'mode': 'full', 'key': ['id'], 'cursor': none},
        },
        'orders': {
            'product_order': {'mode': 'full', 'key': ['id'], 'cursor': none},
            'service_order': {'mode': 'full', 'key': ['id'], 'cursor': none},
        },
        'partners': {
            'partner': {'mode': 'snapshot', 'key': ['partner_id'], 'cursor': none},
            'commission_term': {'mode': 'snapshot', 'key': ['commission_term_id'], 'cursor': none},
            'commission_line': {'mode': 'file', 'key': ['statement_number', 'line_number'], 'cursor': none},
            'number_range': {'mode': 'snapshot', 'key': ['number_prefix'], 'cursor': none},
            'interconnect_rate': {'mode': 'snapshot', 'key': ['interconnect_rate_id'], 'cursor': none},
            'interconnect_traffic': {'mode': 'file', 'key': ['traffic_date', 'partner_id', 'direction', 'destination'], 'cursor': none},
            'interconnect_invoice_line': {'mode': 'file', 'key': ['invoice_number', 'line_number'], 'cursor': none},
            'supplier_rate': {'mode': 'snapshot', 'key': ['supplier_rate_id'], 'cursor': none},
            'supplier_invoice_line': {'mode': 'file', 'key': ['invoice_number', 'line_number'], 'cursor': none},
        },
        'performance': {
            'measurement': {'mode': 'file', 'key': ['element_manager', 'managed_element', 'measured_object', 'counter', 'period_end_at', 'granularity_seconds'], 'cursor': none},
        },
        'record_counts': {
            'record_count': {'mode': 'file', 'key': ['file_date', 'file_sequence', 'line_number'], 'cursor': none},
        },
        'roaming': {
            'call_event': {'mode': 'file', 'key': ['stream', 'file_sequence', 'event_number'], 'cursor': none},
        },
        'subscribers': {
            'subscriber': {'mode': 'snapshot', 'key': ['imsi'], 'cursor': none},
        },
        'usage': {
            'usage_event': {'mode': 'file', 'key': ['stream', 'file_sequence', 'record_sequence'], 'cursor': none},
            'usage_reject': {'mode': 'file', 'key': ['stream', 'file_sequence', 'record_sequence'], 'cursor': none},
            'session_total': {'mode': 'file', 'key': ['stream', 'file_sequence', 'record_sequence'], 'cursor': none},
        },
    }) }}
{%- endmacro %}
