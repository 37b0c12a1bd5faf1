{#- Fails with every row for which the expression is false; unknown passes, as in a CHECK constraint. -#}
{% test expression_is_true(model, expression, where='true', column_name=none) %}
select *
from {{ model }}
where {{ where }} and not ({{ column_name ~ ' ' if column_name }}{{ expression }})
{% endtest %}
