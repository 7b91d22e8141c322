"""Configuration_MarketDocument (A95): production units and their generating units, as others publish them.

It is validated only: no sender of the hub publishes one. Source: IEC 62325-451-6,
`urn:iec62325.351:tc57wg16:451-6:configurationdocument:3:0`; FORMATS.md section 3.
"""
