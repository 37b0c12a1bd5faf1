-- What each control would count, all of them together. Grain: control_id, claim_key.

{% for name in built_controls() %}
select distinct control_id, claim_key from {{ ref('int_leakage__' ~ control_slug(name) ~ '_candidate') }}
{{ 'union all' if not loop.last }}
{% endfor %}
