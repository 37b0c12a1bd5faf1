-- C2: receipts of the bank and what billing applied from them, where they differ. Grain: bank reference and currency, or
-- a payment that quotes none. What was applied quotes the bank's reference of the receipt: that, and no likeness of
-- amounts, holds both together.

with

receipt as (
    select
        bank_reference,
        currency_code,
        -- Charges that a bank kept were paid by the customer all the same.
        sum(signed_amount + case when signed_amount > 0 then charges_amount else 0 end) as received_amount,
        min(bank_entry_id) as bank_entry_id,
        min(booking_date) as booking_date,
        max(booking_date) as last_booking_date,
        max(payment_method) as payment_method,
        max(invoice_id) as invoice_id,
        max(billing_account_id) as billing_account_id,
        max(customer_id) as customer_id
    from {{ ref('fct_bank_entry') }}
    where is_booked and payment_method in ('direct_debit', 'card', 'transfer')
    group by bank_reference, currency_code
),

payment as (
    select
        *,
        coalesce(bank_reference, payment_id) as applied_reference,
        bank_reference is null as quotes_no_receipt,
        {{ local_date('paid_at') }} as paid_date
    from {{ ref('fct_payment') }}
    where method in ('direct_debit', 'card', 'transfer')
),

applied as (
    select
        applied_reference,
        quotes_no_receipt,
        currency_code,
        sum(amount) as applied_amount,
        min(payment_id) as payment_id,
        count(*) as payments,
        max(method) as payment_method,
        min(paid_date) as paid_date,
        max(paid_date) as last_paid_date,
        max(invoice_id) as invoice_id,
        max(billing_account_id) as billing_account_id,
        max(customer_id) as customer_id
    from payment
    group by applied_reference, quotes_no_receipt, currency_code
),

compared as (
    select
        receipt.bank_reference,
        receipt.bank_entry_id,
        applied.payment_id,
        coalesce(receipt.currency_code, applied.currency_code) as currency_code,
        coalesce(receipt.payment_method, applied.payment_method) as payment_method,
        coalesce(receipt.invoice_id, applied.invoice_id) as invoice_id,
        coalesce(applied.billing_account_id, receipt.billing_account_id) as billing_account_id,
        coalesce(applied.customer_id, receipt.customer_id) as customer_id,
        coalesce(receipt.booking_date, applied.paid_date) as booking_date,
        greatest(
            coalesce(receipt.last_booking_date, applied.last_paid_date),
            coalesce(applied.last_paid_date, receipt.last_booking_date)
        ) as last_date,
        coalesce(receipt.received_amount, 0) as received_amount,
        coalesce(applied.applied_amount, 0) as applied_amount,
        coalesce(applied.payments, 0) as payments,
        receipt.bank_reference is not null as has_receipt,
        -- A transfer is a customer's when it names one of our invoices, or when somebody has applied it.
        receipt.payment_method in ('direct_debit', 'card') or receipt.invoice_id is not null
        or applied.payment_id is not null as is_customers
    from receipt
    full outer join applied
        on receipt.bank_reference = applied.applied_reference
        and receipt.currency_code = applied.currency_code
        and not applied.quotes_no_receipt
),

account as (
    select account_iban, min(from_date) as first_date, max(to_date) as last_date
    from {{ ref('fct_bank_statement') }}
    group by account_iban
),

-- From when to when the statements of every account are there, and billing's payments as well.
covered as (
    select
        max(first_date) as first_date,
        least(min(last_date), (select max(paid_date) from payment)) as last_date
    from account
),

statement as (
    select
        from_date,
        lag(to_date) over (partition by account_iban order by to_date nulls last, from_date nulls last) as previous_to_date
    from {{ ref('fct_bank_statement') }}
),

uncovered as (
    select previous_to_date as gap_after, from_date as gap_before
    from statement
    where from_date > {{ dbt.dateadd('day', 1, 'previous_to_date') }}
),

allowance as (
    select
        {{ control_parameter('C2', 'days_to_apply', 'integer') }} as days_to_apply,
        {{ control_parameter('C2', 'rounding_tolerance', 'decimal(18, 2)') }} as tolerance
),

judged as (
    select compared.*, compared.received_amount - compared.applied_amount as owed_amount
    from compared
    cross join covered
    cross join allowance
    where
        compared.is_customers
        and abs(compared.received_amount - compared.applied_amount) >= allowance.tolerance
        and {{ dbt.datediff('compared.last_date', 'covered.last_date', 'day') }} >= allowance.days_to_apply
        and (
            compared.has_receipt
            -- The receipt may stand on a statement that is not there.
            or (
                {{ dbt.datediff('covered.first_date', 'compared.booking_date', 'day') }} >= allowance.days_to_apply
                and not exists (
                    select 1 from uncovered
                    where
                        {{ dbt.datediff('uncovered.gap_before', 'compared.booking_date', 'day') }} <= allowance.days_to_apply
                        and {{ dbt.datediff('compared.last_date', 'uncovered.gap_after', 'day') }} <= allowance.days_to_apply
                )
            )
        )
)

select
    'C2' as control_id,
    concat_ws(
        ':', case when has_receipt then 'bank_entry' else 'payment' end,
        case when has_receipt then bank_reference else payment_id end, currency_code
    ) as claim_key,
    case when owed_amount > 0 then 'over' else 'under' end as direction,
    bank_reference,
    bank_entry_id,
    payment_id,
    invoice_id,
    billing_account_id,
    customer_id,
    payment_method,
    currency_code,
    booking_date,
    payments,
    received_amount,
    applied_amount,
    abs(owed_amount) as difference_amount
from judged
