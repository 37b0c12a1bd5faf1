-- Use in a network without a zone can't be valued by X2.

{{ config(severity='warn') }}

select visited_network, count(*) as events
from {{ ref('fct_roaming_event') }}
where zone is null
group by visited_network
