"""Addresses of the privacy pages."""

from django.urls import path

from crystalcall.web.privacy import evidence_views, policy_views, well_known

urlpatterns = [
    path("privacy/", policy_views.policy_page, name="privacy"),
    path("privacy/versions/", policy_views.versions_page, name="policy-versions"),
    path("privacy/versions/<int:number>/", policy_views.version_page, name="policy-version"),
    path("privacy/versions/<int:number>/changes/", policy_views.changes_page, name="policy-changes"),
    path("privacy/versions/<int:number>/practices.json", policy_views.practices_of, name="policy-practices"),
    path("privacy/evidence/", evidence_views.evidence, name="evidence"),
    path("privacy/evidence.json", evidence_views.evidence_json, name="evidence-json"),
    path("privacy/data-map/", evidence_views.data_map, name="data-map"),
    path("privacy/data-map.yaml", evidence_views.data_map_yaml, name="data-map-yaml"),
]

#: At the root of the site and without a language (RFC 8615).
well_known_patterns = [
    path(".well-known/gpc.json", well_known.gpc, name="gpc"),
    path(".well-known/security.txt", well_known.security_txt, name="security-txt"),
    path(".well-known/change-password", well_known.change_password, name="change-password"),
]
