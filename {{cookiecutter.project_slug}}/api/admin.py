from django.contrib import admin

from . import models
# % for resource in project.api.resources


@admin.register(models.{{ resource.name }})
class {{ resource.name }}Admin(admin.ModelAdmin):
    list_display = [
        # % for name in resource.admin_list
        "{{ name }}",
        # % endfor
    ]
    # % if resource.admin_filters
    list_filter = [
        # % for name in resource.admin_filters
        "{{ name }}",
        # % endfor
    ]
    # % endif
    # % if resource.to_one
    list_select_related = [
        # % for name in resource.to_one
        "{{ name }}",
        # % endfor
    ]
    # % endif
    search_fields = [
        # % for name in resource.admin_search
        "{{ name }}",
        # % endfor
    ]
    # % if resource.autocomplete
    autocomplete_fields = [
        # % for name in resource.autocomplete
        "{{ name }}",
        # % endfor
    ]
    # % endif
# % endfor
