app_name = "hm_auth"
urlpatterns: list = []
