-- The billing and rating database as its vendor made it. Keys and indices follow the load (billing_keys.sql).

create table account (
    account_id         text not null,
    customer_ref       text,
    legacy_customer_no text,
    account_name       text not null,
    account_type       text not null,
    street             text,
    postcode           text,
    city               text,
    email              text,
    phone              text,
    birth_date         date,
    bill_cycle         text not null,
    status             text not null,
    opened_at          timestamptz not null,
    closed_at          timestamptz,
    updated_at         timestamptz not null
);

create table account_tax_status (
    tax_status_id text not null,
    account_id    text not null,
    tax_category  text not null,
    reason_code   text not null,
    reference     text not null,
    country_code  text not null,
    valid_from    date not null,
    valid_to      date
);

create table subscription (
    subscription_id text not null,
    account_id      text not null,
    product_ref     text,
    service_number  text,
    number_type     text,
    imsi            text,
    status          text not null,
    bill_start_at   timestamptz not null,
    bill_end_at     timestamptz,
    updated_at      timestamptz not null
);

create table subscription_plan (
    subscription_plan_id text not null,
    subscription_id      text not null,
    offering_code        text not null,
    valid_from           timestamptz not null,
    valid_to             timestamptz
);

create table rating_rate (
    rate_id       text not null,
    offering_code text not null,
    usage_type    text not null,
    zone          text not null,
    tariff_period text,
    unit          text not null,
    unit_size     bigint not null,
    minimum_units bigint,
    unit_price    numeric(18,6) not null,
    currency_code text not null,
    valid_from    timestamptz not null,
    valid_to      timestamptz
);

create table recurring_rate (
    recurring_rate_id text not null,
    offering_code     text not null,
    monthly_amount    numeric(18,2) not null,
    currency_code     text not null,
    valid_from        timestamptz not null,
    valid_to          timestamptz
);

create table employee (
    user_id      text not null,
    display_name text not null,
    grade        text not null
);

create table discount (
    discount_id     text not null,
    subscription_id text not null,
    kind            text not null,
    value           numeric(18,4) not null,
    promotion_code  text,
    cap_amount      numeric(18,2),
    reason          text,
    authorised_by   text,
    valid_from      timestamptz not null,
    valid_to        timestamptz
);

create table bill_run (
    bill_run_id  text not null,
    bill_cycle   text not null,
    period_start date not null,
    period_end   date not null,
    run_at       timestamptz not null,
    status       text not null
);

create table invoice (
    invoice_id    text not null,
    account_id    text not null,
    bill_run_id   text not null,
    issued_at     timestamptz not null,
    due_date      date not null,
    net_amount    numeric(18,2) not null,
    tax_amount    numeric(18,2) not null,
    total_amount  numeric(18,2) not null,
    currency_code text not null,
    status        text not null,
    updated_at    timestamptz not null
);

create table invoice_line (
    invoice_line_id text not null,
    invoice_id      text not null,
    account_id      text not null,
    subscription_id text,
    line_type       text not null,
    usage_type      text,
    offering_code   text,
    discount_id     text,
    period_start    date not null,
    period_end      date not null,
    quantity        numeric(18,3),
    amount          numeric(18,2) not null,
    tax_category    text,
    tax_rate        numeric(9,4) not null,
    currency_code   text not null,
    created_at      timestamptz not null
);

create table invoice_delivery (
    invoice_delivery_id text not null,
    invoice_id          text not null,
    attempt_number      bigint not null,
    channel             text not null,
    status              text not null,
    hold_reason         text,
    bounce_reason       text,
    created_at          timestamptz not null,
    held_at             timestamptz,
    released_at         timestamptz,
    sent_at             timestamptz,
    delivered_at        timestamptz,
    bounced_at          timestamptz,
    updated_at          timestamptz not null
);

create table rated_usage (
    rated_usage_id          bigint not null,
    subscription_id         text not null,
    event_reference         text not null,
    reverses_rated_usage_id bigint,
    served_number           text not null,
    other_party             text,
    usage_type              text not null,
    zone                    text not null,
    started_at              timestamptz not null,
    quantity                bigint not null,
    partial_sequence        bigint,
    allowance_units         bigint,
    charged_steps           bigint not null,
    rate_id                 text,
    amount                  numeric(18,6) not null,
    currency_code           text not null,
    rated_at                timestamptz not null,
    bill_run_id             text
);

create table adjustment (
    adjustment_id   text not null,
    account_id      text not null,
    invoice_id      text,
    subscription_id text,
    amount          numeric(18,2) not null,
    currency_code   text not null,
    reason_code     text not null,
    reason_text     text,
    created_by      text,
    approved_by     text,
    created_at      timestamptz not null
);

create table dunning_action (
    dunning_action_id text not null,
    account_id        text not null,
    invoice_id        text,
    subscription_id   text,
    level             text not null,
    reason_code       text,
    issued_at         timestamptz not null,
    effective_at      timestamptz not null,
    lifted_at         timestamptz,
    updated_at        timestamptz not null
);

create table payment (
    payment_id     text not null,
    account_id     text not null,
    invoice_id     text,
    amount         numeric(18,2) not null,
    currency_code  text not null,
    method         text not null,
    bank_reference text,
    paid_at        timestamptz not null
);

create table prepaid_account (
    prepaid_account_id text not null,
    msisdn             text not null,
    status             text not null,
    currency_code      text not null,
    activated_at       timestamptz not null
);

create table prepaid_balance (
    prepaid_account_id text not null,
    period_start       date not null,
    period_end         date not null,
    opening_amount     numeric(18,2) not null,
    closing_amount     numeric(18,2) not null,
    currency_code      text not null,
    closed_at          timestamptz not null
);

create table prepaid_transaction (
    prepaid_transaction_id  text not null,
    prepaid_account_id      text not null,
    transaction_type        text not null,
    amount                  numeric(18,2) not null,
    currency_code           text not null,
    payment_reference       text,
    voucher_serial          text,
    counterpart_account_id  text,
    reverses_transaction_id text,
    reason_code             text,
    occurred_at             timestamptz not null,
    posted_at               timestamptz not null
);

create table prepaid_voucher (
    voucher_serial text not null,
    face_value     numeric(18,2) not null,
    currency_code  text not null,
    sold_at        timestamptz not null
);
