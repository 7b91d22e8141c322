"""Every value with one member, element, character, or character of a member's name less."""


def removals(value):
    if isinstance(value, dict):
        for name, member in value.items():
            yield {each: value[each] for each in value if each != name}
            for shorter in removals(name):
                if shorter not in value:
                    yield {shorter if each == name else each: value[each] for each in value}
            yield from ({**value, name: less} for less in removals(member))
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield [*value[:place], *value[place + 1 :]]
            yield from ([*value[:place], less, *value[place + 1 :]] for less in removals(item))
    elif isinstance(value, str):
        yield from (value[:place] + value[place + 1 :] for place in range(len(value)))
