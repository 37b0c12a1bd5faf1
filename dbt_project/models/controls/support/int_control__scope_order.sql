-- How much the controls of stage order looked at. Grain: control_id.

select 'O1' as control_id, 'service' as subject, count(distinct product.service_id) as subjects_checked
from {{ ref('dim_product') }} as product
inner join {{ ref('dim_product_offering') }} as offering
    on product.product_offering_id = offering.product_offering_id
where offering.needs_network_service and product.status in ('active', 'suspended', 'terminated')
union all
select 'O2' as control_id, 'subscription' as subject, count(distinct subscription_id_billing) as subjects_checked
from {{ ref('int_subscription__charge_line') }}
where needs_network_service and line_type = 'recurring'
union all
select 'O3' as control_id, 'completed activation' as subject, count(*) as subjects_checked
from {{ ref('fct_order_item') }}
where action = 'add' and state = 'completed'
union all
select 'O4' as control_id, 'open activation' as subject, count(*) as subjects_checked
from {{ ref('fct_order_item') }}
where action = 'add' and state in ('acknowledged', 'in_progress', 'partial', 'held')
union all
select 'O10' as control_id, 'leased circuit' as subject, count(*) as subjects_checked
from {{ ref('dim_circuit') }}
union all
select 'O9' as control_id, 'SIM card with a purpose' as subject, count(*) as subjects_checked
from {{ ref('dim_sim_purpose') }}
union all
select 'O11' as control_id, 'subscriber' as subject, count(distinct source_key) as subjects_checked
from {{ ref('fct_network_presence') }}
where system = 'subscribers'
union all
select 'O5' as control_id, 'subscription' as subject, count(distinct subscription_id_billing) as subjects_checked
from {{ ref('int_subscription__charge_line') }}
where needs_network_service and line_type = 'recurring'
union all
select 'O6' as control_id, 'completed cease' as subject, count(*) as subjects_checked
from {{ ref('fct_order_item') }}
where action = 'delete' and state = 'completed'
union all
select 'O8' as control_id, 'bar' as subject, count(*) as subjects_checked
from {{ ref('fct_dunning_action') }}
where dunning_level = 'bar'
union all
select 'O7' as control_id, 'completed cease' as subject, count(*) as subjects_checked
from {{ ref('fct_order_item') }}
where action = 'delete' and state = 'completed'
