{#- Fails with every value, among rows that satisfy from_where, that the other relation's rows don't hold. Null passes. -#}
{% test relationships_where(model, column_name, to, field, from_where='true', to_where='true') %}
select child.{{ column_name }} as orphan
from {{ model }} as child
left join (select distinct {{ field }} as parent_key from {{ to }} where {{ to_where }}) as parent
    on child.{{ column_name }} = parent.parent_key
where child.{{ column_name }} is not null and parent.parent_key is null and {{ from_where }}
{% endtest %}
