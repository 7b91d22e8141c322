"""Words that tables use for what the hub calls otherwise. General words of the field: nothing of any partner's.

A name stands for a member by its JSON Pointer without `/attributes/`.
"""

from collections.abc import Mapping

ABBREVIATIONS: Mapping[str, tuple[str, ...]] = {
    "no": ("number",), "nr": ("number",), "num": ("number",), "ref": ("reference",), "refs": ("reference",),
    "mfr": ("make",), "manufacturer": ("make",), "maker": ("make",), "brand": ("make",), "oem": ("make",),
    "cap": ("capacity",), "pwr": ("power",), "conn": ("connection",), "exp": ("export",), "imp": ("import",),
    "max": ("maximum",), "min": ("minimum",), "addr": ("address",), "lat": ("latitude",), "lon": ("longitude",),
    "long": ("longitude",), "lng": ("longitude",), "sn": ("serial", "number"), "qty": ("number",),
    "temp": ("temperature",), "eff": ("efficiency",), "rte": ("round", "trip", "efficiency"),
    "soc": ("state", "charge"), "gsp": ("grid", "supply", "point"), "bsp": ("bulk", "supply", "point"),
    "poc": ("point", "connection"), "chp": ("combined", "heat", "power"), "msid": ("mpan",), "mpans": ("mpan",),
    "dno": ("network",), "postal": ("post",), "zip": ("post",), "zipcode": ("post", "code"),
    "postcode": ("post", "code"), "city": ("town",), "capacities": ("capacity",), "rated": ("registered",),
    "nominal": ("registered",), "installed": ("registered",), "generation": ("export",),
    "commissioned": ("connected",), "commissioning": ("connected",), "energised": ("connected",),
    "energized": ("connected",), "energisation": ("energise",), "tech": ("technology",), "reg": ("registered",),
    "eng": ("energy",), "volts": ("voltage",), "licence": ("network",), "license": ("network",),
}  # fmt: skip
FILLERS = frozenset(
    [
        "of",
        "the",
        "a",
        "an",
        "and",
        "or",
        "for",
        "in",
        "on",
        "at",
        "is",
        "to",
        "by",
        "per",
        "with",
        "where",
        "data",
        "held",
        "y",
        "n",
        "yes",
        "if",
        "known",
        "already",
    ]
)

#: Member -> what tables call it, beside the hub's own names.
SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "/accounting_point/id": (
        "MPAN", "MPAN core", "Meter point", "Meter point number", "Metering point", "MSID", "Export MPAN",
        "Import MPAN", "Supply number", "Meter point reference",
    ),
    "/refs/0/ref": (
        "Asset ID", "Asset reference", "Asset", "Site ref", "Site reference", "Unit ID", "Unit ref", "Device ID",
            "Our reference", "ID",
        "Unique ID", "Plant ID", "Equipment ID", "Installation ID", "Asset number", "Reference number",
            "Internal reference",
    ),
    "/network/area": ("Licence area", "License area", "DNO licence area", "DNO area", "DNO", "Network operator",
        "Network area"),
    "/network/gsp_group": ("GSP group", "Grid group", "GSP group id", "Region code"),
    "/network/grid_supply_point": ("Grid supply point", "GSP", "GSP name"),
    "/network/bulk_supply_point": ("Bulk supply point", "BSP", "BSP name"),
    "/network/primary_substation": ("Primary", "Primary substation", "Primary substation name"),
    "/consent_reference": ("Consent", "Consent id", "Consent reference"),
    "connection_status": ("Status", "Asset status", "State", "Connection state", "Operational status"),
    "connected_on": (
        "Date connected", "Installed on", "Installation date", "Install date", "Commissioning date",
            "Commissioned on", "In service date",
        "Energised on", "Connection date", "Date installed", "Go live date", "Installed", "Commissioned",
    ),
    "accepted_on": ("Date accepted", "Acceptance date", "Offer accepted on"),
    "energise_by": ( "Planned connection date", "Expected connection date", "Due date"),
    "connection_voltage_kv": ("Point of connection voltage", "POC voltage", "Voltage", "Connection voltage",
        "Voltage level"),
    "export_capacity_kw": (
        "Registered capacity", "Rated power", "Installed capacity", "Capacity", "Rated capacity", "Power",
            "Nameplate capacity",
        "Inverter export", "Output", "Generation capacity", "Net capacity", "Rated output", "AC capacity",
            "Discharge power",
    ),
    "import_capacity_kw": (
        "Electrical input", "Charging power", "Charge power", "Rated input", "Demand", "Import power", "Max demand",
            "Load",
        "Power consumption", "Charger power", "Rated power", "Power", "Capacity", "Electrical load",
    ),
    "site_export_limit_kw": ("Maximum export capacity", "Export limit", "Site export limit", "MEC"),
    "site_export_limit_kva": ("Maximum export capacity", "Export limit", "Site export limit"),
    "site_import_limit_kw": ("Maximum import capacity", "Import limit", "Site import limit", "MIC"),
    "site_import_limit_kva": ("Maximum import capacity", "Import limit", "Site import limit"),
    "flexible_connection": ("Flexible connection", "Flexible", "ANM connection"),
    "make": ("Manufacturer", "Brand", "Maker", "Battery maker", "Inverter manufacturer"),
    "model": ("Model", "Model name", "Type", "Product", "Model number"),
    "serial_number": ("Serial", "S/N", "Serial no.", "Serial number", "SN"),
    "customer_name": ("Customer", "Customer name", "Client"),
    "site_name": ("Site", "Site name", "Customer site", "Location name", "Premises", "Project name", "Plant name",
        "Station name"),
    "address_line_1": ("Address", "Street", "Address 1", "Address line 1", "Street address"),
    "address_line_2": ("Address 2", "Address line 2"),
    "town": ("Town", "City", "Locality"),
    "county": ("County",),
    "postcode": ("Post code", "Postcode", "Postal code", "Zip"),
    "country": ("Country", "Nation"),
    "connection_reference": ("Reference", "Connection reference", "Project reference", "Application reference"),
    "in_connection_queue": ( "Queued", "In queue"),


    "energy_source": ("Energy source", "Primary energy source", "Source of energy", "Resource type"),
    "conversion_technology": ( "Technology", "Technology type", "Generator type"),
    "chp": ("CHP", "Cogeneration", "CHP cogeneration"),
    "energy_capacity_kwh": (
        "Storage capacity", "Storage", "Battery capacity", "Energy", "Usable capacity", "Energy capacity",
            "Battery size", "Useable energy",
    ),
    "chemistry": ("Cell chemistry", "Battery chemistry", "Chemistry", "Cell type"),
    "source": ("Heat source", "Heat pump type", "Source type"),
    "phases": ("Phases", "Number of phases"),
    "response_seconds": ("Response time", "Reaction time"),
    "panel_capacity_kwp": ("Panel capacity", "DC capacity", "Peak power", "Array size"),
    "tilt_degrees": ("Tilt", "Inclination"),
    "orientation_degrees": ("Orientation", "Azimuth"),
    "hub_height_m": ("Hub height",),
    "rotor_diameter_m": ("Rotor diameter",),
    "communication_protocol": ("Protocol", "OCPP version", "Communication protocol"),
    "access": ("Access", "Access type", "Public or private"),
    "metering": ("Metering", "Metering arrangement"),
    "fuel": ("Fuel", "Fuel type"),
    "round_trip_efficiency_percent": ("Round trip efficiency", "Efficiency"),
}  # fmt: skip
#: The two ways to say where a plant is on the national grid.
EASTINGS = (
    "Eastings",
    "Easting",
    "X",
    "Location X",
    "OS X",
    "Grid X",
)
NORTHINGS = (
    "Northings",
    "Northing",
    "Y",
    "Location Y",
    "OS Y",
    "Grid Y",
)

#: Value of an enumeration -> what tables write for it. By member.
VALUES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "connection_status": {
        "connected": ("live", "operational", "in service", "commissioned", "installed", "active", "energised",
            "already connected", "in operation", "built", "online"),
        "accepted": ("planned", "accepted to connect", "consented", "pipeline", "contracted", "to be connected",
            "in development"),
    },
    "chemistry": {
        "lithium_iron_phosphate": ("LFP", "LiFePO4", "lithium iron phosphate"),
        "lithium_nickel_manganese_cobalt": ("NMC", "Li-NMC", "lithium NMC"),
        "lithium_titanate": ("LTO",),
        "lead_acid": ("lead", "lead-acid", "PbA", "VRLA", "AGM"),
        "sodium_ion": ("Na-ion", "sodium"),
        "vanadium_flow": ("vanadium redox", "VRFB"),
    },
    "source": {"air": ("air source", "ASHP", "air to water", "air/water"), "ground": ("ground source", "GSHP",
        "brine"), "water": ("water source", "WSHP")},
    "country": {"england": ("Eng", "ENG"), "scotland": ("SCO",), "wales": ("Cymru", "WAL")},
    "access": {"private": ("home", "domestic"), "public": ("on street", "open")},
    "communication_protocol": {"ocpp_1_6": ("OCPP 1.6J", "1.6"), "ocpp_2_0_1": ("2.0.1",)},
    "mounting": {"roof": ("rooftop", "roof mounted"), "ground": ("ground mounted", "field")},
    "fuel": {"natural_gas": ("gas", "mains gas"), "diesel": ("derv",), "gas_oil": ("red diesel",)},
}  # fmt: skip

#: Category -> words that speak for it, in headings, in values and in the name of the file. The longest wins.
CATEGORY_WORDS: Mapping[str, tuple[str, ...]] = {
    "battery_storage": ("battery", "batteries", "bess", "electrochemical", "lithium", "storage battery"),
    "biogas_biomass": ("biogas", "biomass", "anaerobic digestion", "landfill gas", "sewage gas", "energy from waste"),
    "demand_site": ("demand site", "turn-down", "turn down", "demand response", "load shifting"),
    "diesel_backup_generator": ("diesel", "back-up generator", "backup generator", "standby generator", "genset"),
    "electric_heating": ("storage heater", "immersion", "panel heater", "electric boiler", "electric heating"),
    "electrolyser": ("electrolyser", "electrolyzer"),
    "ev_charge_point": ("charge point", "chargepoint", "ev charger", "charger", "evse", "charging station", "ocpp"),
    "fuel_cell": ("fuel cell",),
    "gas_engine_chp": ("gas engine", "reciprocating engine", "chp", "cogeneration"),
    "gas_turbine": ("gas turbine", "steam turbine", "ocgt", "ccgt"),
    "heat_pump": ("heat pump", "heatpump", "ashp", "gshp", "refrigerant"),
    "hydro": ("hydro", "run of river", "water turbine"),
    "marine": ("tidal", "wave energy"),
    "mechanical_storage": ("flywheel", "compressed air", "liquid air"),
    "pumped_storage": ("pumped storage", "pumped hydro"),
    "solar_pv": ("solar", "pv", "photovoltaic"),
    "thermal_storage": ("thermal storage", "heat store", "hot water store"),
    "v2g_charge_point": ("vehicle-to-grid", "vehicle to grid", "v2g", "bidirectional charger"),
    "wind_offshore": ("offshore wind", "wind offshore"),
    "wind_onshore": ("onshore wind", "wind onshore", "wind turbine", "wind"),
}  # fmt: skip
#: Headings of people: never proposed, whatever they hold.
PEOPLE = frozenset(
    {"contact", "tenant", "resident", "occupier", "email", "phone", "telephone", "mobile", "surname", "forename",
        "person", "landlord", "householder", "birth"}
)  # fmt: skip
NULL_MARKERS = (
    "n/a",
    "na",
    "-",
    "--",
    "null",
    "none",
    "tbc",
    "to be confirmed",
    "unknown",
    "not known",
    "not applicable",
    "not available",
    "data not available",
    "data not applicable",
    "redacted",
    "--redacted--",
    "?",
    "nan",
    "#n/a",
    ".",
)
