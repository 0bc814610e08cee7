"""What the frontend reads of each endpoint: path, the place of the rows or fields, and the fields with their types.

Types: str, int, float, bool, list, dict, any; `?` after the type admits null. A number must never be a string.
"""

PROSPECT = {
    "id": "str",
    "domain": "str",
    "page_url": "str?",
    "page_title": "str?",
    "contact_email": "str?",
    "contact_method": "str?",
    "da_est": "float?",
    "score": "float?",
    "outreach_status": "str",
    "last_sent": "str?",
    "followups_sent": "int",
    "draft_subject": "str?",
    "draft_body": "str?",
    "final_body": "str?",
    "thread_id": "str?",
    "sequence_index": "int?",
    "is_manual": "bool?",
    "serp_intent": "str?",
    "serp_confidence": "float?",
    "serp_signals": "any",
    "discovery_status": "str?",
    "discovery_category": "str?",
    "discovery_location": "str?",
    "approval_status": "str?",
    "scrape_status": "str?",
    "verification_status": "str?",
    "draft_status": "str?",
    "send_status": "str?",
    "stage": "str?",
    "created_at": "str",
    "updated_at": "str",
}
PAGE = {"total": "int", "skip": "int", "limit": "int"}
PROFILE = {
    "id": "str",
    "platform": "str?",
    "username": "str?",
    "full_name": "str?",
    "profile_url": "str?",
    "bio": "str?",
    "followers_count": "int",
    "location": "str?",
    "category": "str?",
    "engagement_score": "float",
    "contact_email": "str?",
    "external_links": "list?",
    "scraped_at": "str?",
    "discovery_status": "str",
    "outreach_status": "str",
    "created_at": "str",
}
DRAFTED_PROFILE = PROFILE | {"draft_subject": "str?", "draft_body": "str?", "updated_at": "str"}
SENT_PROFILE = DRAFTED_PROFILE | {"last_sent": "str?", "followups_sent": "int"}
JOB = {
    "id": "str",
    "job_type": "str",
    "status": "str",
    "params": "dict",
    "result": "dict?",
    "error_message": "str?",
    "drafts_created": "int?",
    "total_targets": "int?",
    "created_at": "str",
    "updated_at": "str",
}
WEBSITE = {
    "id": "str",
    "domain": "str",
    "url": "str",
    "title": "str",
    "category": "str",
    "location": "str",
    "discovery_job_id": "str?",
    "discovered_at": "str?",
    "scrape_status": "str",
    "approval_status": "str",
}
INTEGRATION = {
    "id": "str",
    "platform": "str",
    "connection_status": "str",
    "scopes_granted": "list?",
    "account_id": "str?",
    "page_id": "str?",
    "business_id": "str?",
    "token_expires_at": "str?",
    "last_verified_at": "str?",
    "email_address": "str?",
    "smtp_host": "str?",
    "smtp_port": "int?",
    "is_connected": "bool",
    "platform_metadata": "dict?",
}
CAPABILITY = {
    "platform": "str",
    "is_connected": "bool",
    "connection_status": "str?",
    "can_send_dm": "bool",
    "can_discover": "bool",
    "can_read_messages": "bool",
    "reason": "str?",
    "scopes_granted": "list?",
    "token_expires_at": "str?",
}
REVIEWED = {
    "id": "str",
    "domain": "str",
    "email": "str",
    "source": "str?",
    "type": "str?",
    "confidence": "float?",
    "verification_status": "str",
}
DRAFT_JOB = {
    "job_id": "str",
    "status": "str",
    "total_targets": "int?",
    "drafts_created": "int",
    "started_at": "str?",
    "updated_at": "str?",
    "error_message": "str?",
}
AUTOMATION = {
    "enabled": "bool",
    "automatic_scraper": "bool",
    "locations": "list",
    "categories": "list",
    "keywords": "str?",
    "max_results": "int",
}
PIPELINE_STATUS = dict.fromkeys(
    [
        "discovered",
        "approved",
        "scraped",
        "discovered_for_scraping",
        "scrape_ready_count",
        "email_found",
        "emails_found",
        "leads",
        "verified",
        "verified_email_count",
        "verified_count",
        "emails_verified",
        "verified_stage",
        "reviewed",
        "drafting_ready",
        "drafting_ready_count",
        "drafted",
        "drafted_count",
        "sent",
        "send_ready",
        "send_ready_count",
    ],
    "int",
)
SOCIAL_STATUS = dict.fromkeys(("discovered", "reviewed", "qualified", "drafted", "sent", "followup_ready"), "int")
SOCIAL_STATS = dict.fromkeys(
    [
        *("total_profiles", "discovered", "drafted", "sent", "pending", "jobs_running"),
        *(
            f"{platform}_{field}"
            for platform in ("linkedin", "instagram", "facebook", "tiktok")
            for field in ("total", "discovered", "drafted", "sent")
        ),
    ],
    "int",
)
SERVICE = {
    "name": "str",
    "enabled": "bool",
    "configured": "bool",
    "status": "str",
    "message": "str?",
    "last_tested": "str?",
}
API_KEYS = dict.fromkeys(
    [
        "snov_user_id",
        "snov_secret",
        "dataforseo_login",
        "dataforseo_password",
        "gemini",
        "gmail_client_id",
        "gmail_client_secret",
        "gmail_refresh_token",
    ],
    "bool",
)
SENT_EMAIL = {
    "email_log_id": "str",
    "prospect_id": "str",
    "subject": "str?",
    "body": "str?",
    "sent_at": "str?",
    "provider": "str",
    "message_id": "str?",
    "thread_id": "str?",
    "raw_response": "any",
    "attachments": "list",
}
ATTACHMENT = {"id": "str", "filename": "str", "content_type": "str", "size_bytes": "int", "created_at": "str?"}
SAVED_ATTACHMENT = ATTACHMENT | {"scope": "str", "prospect_id": "str?"}
#: Of POST /api/auth/login, which is sent as a form.
LOGIN = {"access_token": "str", "token_type": "str"}

#: (path, place of what is read, fields). A place is a path of keys; `*` stands for every row, of which there is one.
READS = [
    ("/api/prospects", "", {"success": "bool"}),
    ("/api/prospects", "data", PAGE | {"page": "int", "totalPages": "int"}),
    ("/api/prospects", "data.data.*", PROSPECT),
    ("/api/prospects", "data.prospects.*", PROSPECT),
    ("/api/prospects?status=sent", "data.data.*", PROSPECT),
    ("/api/prospects?limit=1000&has_email=true", "data.data.*", PROSPECT),
    ("/api/prospects/leads", "", PAGE),
    ("/api/prospects/leads", "data.*", PROSPECT),
    ("/api/prospects/scraped-emails", "", PAGE),
    ("/api/prospects/scraped-emails", "data.*", PROSPECT),
    ("/api/prospects/categories", "", {"categories": "list", "count": "int", "from_database": "int"}),
    ("/api/prospects/{prospect}", "", PROSPECT),
    ("/api/prospects/{prospect}/sent-email", "", SENT_EMAIL),
    ("/api/prospects/{prospect}/sent-email", "attachments.*", ATTACHMENT),
    ("/api/pipeline/status", "", PIPELINE_STATUS),
    ("/api/pipeline/websites", "", PAGE),
    ("/api/pipeline/websites", "data.*", WEBSITE),
    ("/api/pipeline/review", "", PAGE),
    ("/api/pipeline/review", "data.*", REVIEWED),
    ("/api/pipeline/draft/jobs/{job}", "", DRAFT_JOB),
    ("/api/social/profiles", "", PAGE | {"status": "str"}),
    ("/api/social/profiles?discovery_status=discovered&limit=1000", "data.*", PROFILE),
    ("/api/social/profiles?discovery_status=leads", "data.*", PROFILE),
    ("/api/social/drafts", "", PAGE),
    ("/api/social/drafts", "data.*", DRAFTED_PROFILE),
    ("/api/social/sent", "", PAGE),
    ("/api/social/sent", "data.*", SENT_PROFILE),
    ("/api/social/stats", "", SOCIAL_STATS),
    ("/api/social/pipeline/status", "", SOCIAL_STATUS | {"status": "str"}),
    ("/api/social/pipeline/status?platform=instagram", "", SOCIAL_STATUS | {"platform": "str"}),
    ("/api/jobs", "", PAGE),
    ("/api/jobs?limit=100", "data.*", JOB),
    ("/api/jobs/{job}", "", JOB),
    ("/api/jobs/{job}/status", "", {"job_id": "str", "status": "str"}),
    ("/api/settings/services/status", "api_keys", API_KEYS),
    ("/api/settings/api-keys", "", API_KEYS),
    ("/api/settings/services/status", "services.Snov~io", SERVICE),
    ("/api/settings/services/status", "services.DataForSEO", SERVICE),
    ("/api/settings/services/status", "services.Google Gemini", SERVICE),
    ("/api/settings/services/status", "services.Gmail API", SERVICE),
    ("/api/settings/automation", "", AUTOMATION),
    ("/api/scraper/master", "", {"enabled": "bool", "message": "str"}),
    ("/api/integrations?user_id=default-user-id", "*", INTEGRATION),
    ("/api/integrations/capabilities?user_id=default-user-id", "*", CAPABILITY),
    ("/api/integrations/instagram/capabilities", "", CAPABILITY),
]

#: (method, path, body, fields of the answer). `{website}` and the like are ids of a row on that list.
DONE = {"success": "bool", "message": "str"}
APPROVED = DONE | {"approved_count": "int", "rejected_count": "int", "deleted_count": "int"}
WRITES = [
    ("post", "/api/prospects/{scraped}/promote", None, DONE | {"stage": "str"}),
    ("put", "/api/prospects/{lead}/draft", {"subject": "Hello", "body": "Dear reader"}, DONE),
    ("put", "/api/social/profiles/{social}/draft", {"subject": "Hello"}, DONE),
    ("post", "/api/pipeline/approve", {"prospect_ids": ["{website}"], "action": "approve"}, APPROVED),
    ("post", "/api/pipeline/approve", {"prospect_ids": ["{website}"], "action": "reject"}, APPROVED),
    ("post", "/api/pipeline/approve", {"prospect_ids": ["{website}"], "action": "delete"}, APPROVED),
    ("post", "/api/pipeline/approve_all", {}, APPROVED),
    (
        "post",
        "/api/pipeline/update_category",
        {"prospect_ids": ["{lead}"], "category": "Museum"},
        DONE | {"updated_count": "int"},
    ),
    ("post", "/api/pipeline/auto_categorize", {}, DONE | {"categorized_count": "int"}),
    ("post", "/api/pipeline/migrate_categories", {}, DONE | {"migrated_count": "int", "category_mapping": "dict"}),
    (
        "post",
        "/api/social/pipeline/review",
        {"profile_ids": ["{social}"], "action": "qualify"},
        DONE | {"updated": "int", "action": "str"},
    ),
    ("post", "/api/jobs/cancel/{job}", None, DONE | {"job": "dict"}),
    ("post", "/api/scraper/master", {"enabled": True}, {"enabled": "bool", "message": "str"}),
    (
        "post",
        "/api/settings/automation",
        {"enabled": True, "automatic_scraper": False, "locations": ["USA"], "categories": ["Museum"], "max_results": 5},
        AUTOMATION,
    ),
]

JOB_STARTED = DONE | {"job_id": "str", "prospects_count": "int"}
SOCIAL_JOB_STARTED = DONE | {"job_id": "str", "profiles_count": "int"}
#: (path, body, fields, job type): the steps, which answer with the job that was made.
STEPS = [
    ("/api/pipeline/discover", {"categories": ["Museum"], "locations": ["USA"]}, JOB_STARTED, "discover"),
    ("/api/pipeline/scrape", {"prospect_ids": ["{website}"]}, JOB_STARTED, "scrape"),
    ("/api/pipeline/scrape", {"filters": {"category": "museum"}}, JOB_STARTED, "scrape"),
    ("/api/pipeline/verify", {}, JOB_STARTED, "verify"),
    ("/api/pipeline/draft", {"prospect_ids": ["{lead}"]}, JOB_STARTED, "draft"),
    (
        "/api/pipeline/draft/category",
        {"category": "Museum", "concept": "c", "subject_template": "s", "body_template": "b"},
        JOB_STARTED,
        "draft",
    ),
    ("/api/pipeline/send", {"prospect_ids": None}, JOB_STARTED, "send"),
    (
        "/api/social/pipeline/discover",
        {"platform": "instagram", "categories": ["Museum"], "locations": ["USA"], "keywords": ["k"], "parameters": {}},
        SOCIAL_JOB_STARTED,
        "social_discover",
    ),
    ("/api/social/pipeline/scrape", {}, SOCIAL_JOB_STARTED, "social_scrape"),
    (
        "/api/social/pipeline/draft",
        {"is_followup": False},
        SOCIAL_JOB_STARTED | {"drafts_created": "int"},
        "social_draft",
    ),
    ("/api/social/pipeline/send", {}, SOCIAL_JOB_STARTED | {"messages_sent": "int"}, "social_send"),
    # The page's own type says drafts_created, the older server answered with followups_created.
    (
        "/api/social/pipeline/followup",
        {},
        SOCIAL_JOB_STARTED | {"followups_created": "int", "drafts_created": "int"},
        "social_draft",
    ),
]
