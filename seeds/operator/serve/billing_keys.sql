-- Keys, and indices on the columns by which readers ask for what is new; made after the load, which is quicker.

alter table account add primary key (account_id);
alter table account_tax_status add primary key (tax_status_id);
alter table subscription add primary key (subscription_id);
alter table subscription_plan add primary key (subscription_plan_id);
alter table rating_rate add primary key (rate_id);
alter table recurring_rate add primary key (recurring_rate_id);
alter table employee add primary key (user_id);
alter table discount add primary key (discount_id);
alter table bill_run add primary key (bill_run_id);
alter table invoice add primary key (invoice_id);
create index on invoice (updated_at);
alter table invoice_line add primary key (invoice_line_id);
create index on invoice_line (created_at);
alter table invoice_delivery add primary key (invoice_delivery_id);
create index on invoice_delivery (updated_at);
alter table rated_usage add primary key (rated_usage_id);
create index on rated_usage (rated_at);
alter table adjustment add primary key (adjustment_id);
create index on adjustment (created_at);
alter table dunning_action add primary key (dunning_action_id);
create index on dunning_action (updated_at);
alter table payment add primary key (payment_id);
create index on payment (paid_at);
