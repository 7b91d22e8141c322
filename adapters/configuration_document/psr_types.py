"""Power system resource types as categories of assets, with what the type says of their attributes.

Source: ENTSO-E code list, StandardAssetTypeList; FORMATS.md section 3. Where a type names a fuel and no
technology, the category is that of the fuel's usual plant at the size that is published, or other_generation.
"""

from typing import NamedTuple


class PsrType(NamedTuple):
    """`attributes`: what the type says, beside the category."""

    category: str
    attributes: dict[str, str]


def _fuel(category: str, energy_source: str, **more: str) -> PsrType:
    return PsrType(category, {"energy_source": energy_source, **more})


PSR_TYPES = {
    "B01": _fuel("biogas_biomass", "biomass"),
    "B02": _fuel("other_generation", "brown_coal"),
    "B03": _fuel("gas_turbine", "coal_gas"),
    "B04": _fuel("gas_turbine", "fossil_gas"),
    "B05": _fuel("other_generation", "hard_coal"),
    "B06": _fuel("other_generation", "fossil_oil"),
    "B07": _fuel("other_generation", "oil_shale"),
    "B08": _fuel("other_generation", "peat"),
    "B09": _fuel("other_generation", "geothermal", conversion_technology="geothermal"),
    "B10": PsrType("pumped_storage", {"conversion_technology": "storage_pumped_hydro"}),
    "B11": _fuel("hydro", "water", conversion_technology="hydro_run_of_river"),
    "B12": _fuel("hydro", "water", conversion_technology="hydro_reservoir"),
    "B13": _fuel("marine", "water"),
    "B14": _fuel("other_generation", "nuclear"),
    "B15": _fuel("other_generation", "other"),
    "B16": _fuel("solar_pv", "solar", conversion_technology="photovoltaic"),
    "B17": _fuel("biogas_biomass", "waste"),
    "B18": _fuel("wind_offshore", "wind", conversion_technology="wind_offshore"),
    "B19": _fuel("wind_onshore", "wind", conversion_technology="wind_onshore"),
    "B20": _fuel("other_generation", "other"),
    "B25": PsrType("other_storage", {}),
}
