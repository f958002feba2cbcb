"""Uses the platform's published client packages, unmodified, against the demo's two servers.

The first argument names the package's era. Addresses and credentials come from the environment, under the names that the packages read.
A failure is an exception with what was expected.
"""
import datetime as dt
import io
import os
import sys

ACCOUNT, OTHER_ACCOUNT = 101, 102
HOSPITAL = 204488  # a site with five sources
METER = 80101  # its main meter


def equal(what, got, want):
    if got != want:
        raise SystemExit(f"{what}: got {got!r}, want {want!r}")


def now():
    return dt.datetime.now(dt.timezone.utc).replace(microsecond=0, tzinfo=None)


def reads(api):
    equal("sites", len(api.get("sites", displayLevel="VerboseSite").json()), 12)
    sources = api.get("sources", siteId=HOSPITAL, displayLevel="Site").json()
    equal("sources", [sorted({"id", "siteName", "serialNumber"} & set(s)) for s in sources], [["id", "serialNumber", "siteName"]] * 5)
    variables = api.get("variables", sourceId=sources[0]["id"], displayLevel="Verbose").json()
    equal("calculated variables", ["calculated" in v for v in variables].count(True), 1)
    midnight = now().replace(hour=0, minute=0, second=0) - dt.timedelta(days=2)
    day = api.get("data", variableId=METER, date_from=midnight, to=midnight + dt.timedelta(days=1), timeZoneId="UTC", displayLevel="ValueVariableDate").json()
    equal("quarter hours of a day", (len(day), sorted(day[0])), (96, ["date", "rawValue", "unitId", "variableId"]))
    total = api.get("data", variableId=METER, date_from=midnight, to=midnight + dt.timedelta(days=1), timeZoneId="UTC", granularity="day", aggregation="SUM").json()
    equal("sum of a day", round(total[0]["sumValue"], 3), round(sum(p["rawValue"] for p in day), 3))
    equal("alarms", api.get("alarms", siteIds=[HOSPITAL]).status_code, 200)


def writes(api, operation):
    site = api.post("sites", data={"name": "Made by a client", "typeId": 1, "timeZoneId": "UTC"}).json()
    equal("type of a new site's answer", type(site), int)
    source = api.post("sources", data={"siteId": site, "name": "Meter", "serialNumber": f"PY{site}", "sourceTypeId": 72, "energyTypeId": 1, "timeZoneId": "UTC"}).json()
    variable = api.post(f"variables/source/{source['id']}", data={"name": "Power", "mappingConfig": "power", "unitId": 4, "granularity": 1, "granularityTimeBase": "Minute", "quantityType": "Instantaneous"}).json()
    equal("status of an update", api.put(f"sources/{source['id']}", data=dict(source, name="Renamed")).status_code, 204)
    equal("status of a patch", api.patch(f"sources/{source['id']}", data=[{"op": "add", "path": "/clientData/F/G/H", "value": 7}]).status_code, 204)
    changed = api.get("sources", id=source["id"], displayLevel="Verbose").json()[0]
    equal("changed source", (changed["name"], changed["clientData"]), ("Renamed", {"F": {"G": {"H": 7}}}))

    start = now() - dt.timedelta(hours=1)
    points = [{"date": (start + dt.timedelta(minutes=i)).isoformat(), "value": i + 0.5} for i in range(6)]
    push = api.push_data([{"sourceSerialNumber": f"PY{site}", "mappingConfig": "power", "data": points}], operation_id=operation)
    equal("answer to a push", (push.status_code, push.content), (200, b""))
    rows = api.get("data", variableId=variable["id"], date_from=start).json()
    equal("pushed points", sorted((r["date"], r["rawValue"]) for r in rows), [(p["date"], p["value"]) for p in points])

    item = api.send_file_to_storage("Hello.txt", io.BytesIO(b"Hello"), "text/plain").json()
    equal("stored file", api.get(f"storage/{item}").json()["size"], 5)
    for path in (f"sources/{source['id']}/variables/{variable['id']}", f"sources/{source['id']}", f"sites/{site}", f"storage/{item}"):
        equal(f"status of DELETE {path}", api.delete(path).status_code, 204)


def duplicates(api, duplicator):
    site = api.post("sites", data={"name": "Copy of the hospital"}).json()
    for update in (False, True):
        duplicator([site], HOSPITAL, "name", account_id=ACCOUNT, update_sources=update, update_variables=update).run()

    def shape(site):
        return sorted((s["name"], v["name"], v.get("mappingConfig"), "calculated" in v) for s in api.get("sources", siteId=site).json()
                      for v in api.get("variables", sourceId=s["id"], displayLevel="Verbose").json())

    equal("the copy", shape(site), shape(HOSPITAL))
    calculated = [v for s in api.get("sources", siteId=site).json() for v in api.get("variables", sourceId=s["id"], displayLevel="Verbose").json() if "calculated" in v]
    inputs = calculated[0]["calculated"]["calculatedVariableFormulas"][0]["variables"]
    equal("inputs of the copied formula", {i["siteId"] for i in inputs}, {site})
    api.delete(f"sites/{site}")


def identity_server():
    from opinum_api_connector import ApiConnector  # its parallel calls lose answers that are ready at the same time, so they are not used
    from opinum_api_connector.utils.site_content_duplicator import SiteContentDuplicator
    try:
        ApiConnector(environment=dict(os.environ, OPINUM_CLIENT_ID="unknown"))
    except Exception as e:
        equal("unknown client", "(invalid_client) " in str(e), True)
    else:
        raise SystemExit("an unknown client is let in")
    api = ApiConnector(account_id=ACCOUNT)
    reads(api)
    writes(api, "3fa85f64-5717-4562-b3fc-2c963f66afa6")
    duplicates(api, SiteContentDuplicator)
    other = ApiConnector(account_id=OTHER_ACCOUNT)
    equal("sources of a site under two accounts", [len(c.get("sources", siteId=204601).json()) for c in (other, api)], [4, 0])


def keycloak():
    from datahub_api_connector import ApiConnector, multi_thread_request_on_path
    from datahub_api_connector.utils.site_content_duplicator import SiteContentDuplicator
    with ApiConnector(account_id=ACCOUNT, seconds_between_retries=0) as api:
        reads(api)
        writes(api, "3fa85f64-5717-4562-b3fc-2c963f66afa6")
        duplicates(api, SiteContentDuplicator)
        equal("account claim", str(api.token_claims["account"]), str(ACCOUNT))
        counted = api.get("sources", IncludeItemsCount=True, DisplayLevel="Light", itemsPerPage=3)
        equal("count of items", (int(counted.headers["x-total-count"]) > 40, len(counted.json())), (True, 3))
        start = now() - dt.timedelta(days=1)
        rows = api.post("data", data={"VariableIds": [METER], "From": start.isoformat(), "Granularity": "day", "TimeZoneId": "UTC"}).json()
        equal("query by body", {r["variableId"] for r in rows}, {METER})
        before = api.token
        api.token["expires_at"] = 1  # over: the next call refreshes
        equal("after a refresh", (api.get("account").json()["id"], api.token["access_token"] != before["access_token"], api.token is not before), (ACCOUNT, True, True))
        api.token["access_token"] = "refused"  # the API says 401 once
        equal("after a 401", api.get("account").json()["id"], ACCOUNT)
        api.account_id = OTHER_ACCOUNT
        equal("other account", (api.get("account").json()["id"], len(api.get("sources", siteId=204601).json())), (OTHER_ACCOUNT, 4))
        api.account_id = ACCOUNT
        ids = list(range(6_044_000, 6_046_000))
        found = [s for part in multi_thread_request_on_path(api.get, "sources", "ids", 100, 10, workers=4, response_callback=lambda r: r.json(), ids=ids) for s in part]
        equal("sources by ids", len(found), len(api.get("sources").json()))


def first_generation():
    import opisense_client as oc
    oc.change_urls(api_url=os.environ["OPINUM_API_URL"] + "/", authorization_url=os.environ["OPINUM_AUTH_URL"] + "/connect/token", standard_push_data_url=os.environ["OPINUM_PUSH_URL"] + "/api/data/")
    token = oc.authorize({"username": os.environ["OPINUM_USERNAME"], "password": os.environ["OPINUM_PASSWORD"]},
                         {"client_id": os.environ["OPINUM_CLIENT_ID"], "client_secret": os.environ["OPINUM_SECRET"], "scope": "opisense-api push-data"}, feedback=True)
    equal("units", oc.GET(token, oc.ApiFilter("units")).status_code, 200)
    equal("objects", {o.type for o in oc.GET(token, oc.ApiFilter("sites"), opisense_objects=True)}, {"site"})
    site = oc.OpisenseObject("site", {"name": "T", "clientData": {}, "typeId": 15, "street": "s", "postalCode": "1", "city": "c", "country": "BE", "timeZoneId": "UTC"})
    made = site.POST(token)
    equal("new site", (made.status_code, type(made.json())), (200, int))
    site.id = made.json()
    source = oc.OpisenseObject("source", {"siteId": site.id, "name": "n", "serialNumber": f"OC{site.id}", "energyTypeId": 1, "sourceTypeId": 72})
    source.id = source.POST(token).json()["id"]
    variable = oc.OpisenseObject("variable", {"isDefault": True, "unitId": 8, "granularity": 1, "granularityTimeBase": "Second", "quantityType": "Instantaneous", "mappingConfig": "m"})
    variable.content["sourceId"] = source.id
    variable.id = variable.POST(token, parent_id=source.id).json()["id"]
    source.content["name"], variable.content["name"] = "Source New Name", "Variable New Name"
    equal("updates", (source.PUT(token).status_code, variable.PUT(token, parent_id=source.id).status_code), (204, 204))
    equal("new names", [oc.GET(token, oc.ApiFilter(path, id=thing.id), json_output=True)[0]["name"] for path, thing in (("sources", source), ("variables", variable))], ["Source New Name", "Variable New Name"])
    start = now()
    points = oc.DataPoints(start, 1)
    for i in range(1, 6):
        points.__add__(start + dt.timedelta(minutes=5 * i), i + 1)
    equal("push", oc.StandardData(points, sourceSerialNumber=f"OC{site.id}", mappingConfig="m").POST(token).status_code, 200)
    rows = oc.GET(token, oc.ApiFilter("data", variableId=variable.id, date_from=start.strftime("%Y-%m-%dT%H:%M:%S")))
    equal("points read back", (rows.status_code, len(rows.json())), (200, 6))
    equal("deletes", [variable.DELETE(token, force_path=f"/sources/{source.id}/variables/").status_code, source.DELETE(token).status_code, site.DELETE(token).status_code], [204, 204, 204])


if __name__ == "__main__":
    {"identity-server": identity_server, "keycloak": keycloak, "first-generation": first_generation}[sys.argv[1]]()
