{#-
    Incremental strategy `replace`: the new content is the whole content. For a model that reads its own last table to save work, and
    then writes all of it anew; dbt's `is_incremental` and --full-refresh keep their meaning.
-#}
{% macro get_incremental_replace_sql(arg_dict) -%}
    {%- set columns = get_quoted_csv(arg_dict['dest_columns'] | map(attribute='name')) -%}
    delete from {{ arg_dict['target_relation'] }} where true;
    insert into {{ arg_dict['target_relation'] }} ({{ columns }})
    select {{ columns }} from {{ arg_dict['temp_relation'] }}
{%- endmacro %}
