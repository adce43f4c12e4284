"""States and countries whose law can govern an agreement; pure."""

_STATES = """
Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii|Idaho|Illinois|Indiana
Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri|Montana|Nebraska
Nevada|New Hampshire|New Jersey|New Mexico|New York|North Carolina|North Dakota|Ohio|Oklahoma|Oregon|Pennsylvania
Rhode Island|South Carolina|South Dakota|Tennessee|Texas|Utah|Vermont|Virginia|Washington|West Virginia|Wisconsin
Wyoming|District of Columbia|Puerto Rico
England and Wales|England|Scotland|Northern Ireland|Ireland|United Kingdom|Guernsey|Jersey|Isle of Man
Ontario|Quebec|British Columbia|Alberta|Manitoba|Saskatchewan|Nova Scotia|New Brunswick|Canada
Germany|Deutschland|France|Spain|España|Italy|Italia|Netherlands|Nederland|Belgium|Switzerland|Schweiz|Austria
Österreich|Luxembourg|Liechtenstein|Portugal|Greece|Cyprus|Malta|Sweden|Norway|Denmark|Finland|Iceland|Estonia|Latvia
Lithuania|Poland|Czech Republic|Slovakia|Hungary|Romania|Bulgaria|Croatia|Slovenia|Ukraine|Turkey
Singapore|Hong Kong|India|Pakistan|Israel|United Arab Emirates|Dubai|Saudi Arabia|Japan|South Korea|Korea|Taiwan|China
Malaysia|Thailand|Vietnam|Indonesia|Philippines|Australia|New South Wales|Victoria|Queensland|Western Australia
New Zealand|South Africa|Nigeria|Kenya|Egypt|Brazil|Argentina|Chile|Colombia|Peru|Panama|Mexico
Bermuda|Bahamas|Barbados|Antigua|Marshall Islands|Cayman Islands|British Virgin Islands
"""
_SPELLED = {name.casefold(): name for name in _STATES.replace("\n", "|").split("|") if name}
_PLAIN_I = str.maketrans("İı", "ii")
LONGEST_FIRST = tuple(sorted(_SPELLED.values(), key=len, reverse=True))


def spelled(name: str) -> str:
    """A state as it is written, whatever the case of the text; KeyError where it is none.

    A pattern that ignores case takes Turkish letters for an i; casefold does not.
    """
    return _SPELLED[" ".join(name.translate(_PLAIN_I).split()).casefold()]
