"""The words the sample is made of. Every domain and address is under example.com or example.org."""

# What a category is called in the frontend: nouns for names, and what one would write to such a site about.
CATEGORIES = {
    "Art Lovers": (("atelier", "canvas", "easel", "palette"), "a series of signed prints"),
    "Interior Design": (("rooms", "drawing-room", "lintel", "plaster"), "wall art made to measure"),
    "Pet Lovers": (("paws", "whisker", "burrow", "feather"), "portraits drawn from a photograph"),
    "Dogs and Cat Owners - Fur Parent": (("kennel", "tabby", "leash", "basket"), "portraits of dogs and cats"),
    "Childhood Development": (("sandbox", "crayon", "playroom", "swing"), "a picture alphabet for nurseries"),
    "Holidays": (("lantern", "postcard", "harbour", "suitcase"), "a calendar of places worth the journey"),
    "Famous Quotes": (("quill", "margin", "stanza", "preface"), "hand-lettered quotations"),
    "Home Decor": (("hearth", "mantel", "cushion", "sideboard"), "framed prints for small flats"),
    "Audio Visual": (("reel", "tweeter", "projector", "turntable"), "acoustic panels that are also pictures"),
    "Interior Decor": (("curtain", "cornice", "carpet", "alcove"), "murals that come on a roll"),
    "Holiday Decor": (("garland", "candle", "wreath", "tinsel"), "paper stars and garlands"),
    "Home Tech": (("doorbell", "thermostat", "relay", "dimmer"), "a quiet picture frame that needs no cable"),
    "Parenting": (("cradle", "lullaby", "pram", "teatime"), "growth charts that stay beautiful"),
    "NFTs": (("ledger", "token", "pixel", "block"), "the paper originals of digital drawings"),
    "Museum": (("archive", "plinth", "rotunda", "vitrine"), "a travelling exhibition of etchings"),
}
ADJECTIVES = (
    "amber", "autumn", "blue", "brass", "bright", "calm", "cedar", "clever", "copper", "coral", "crimson", "early",
    "eastern", "gentle", "golden", "green", "hidden", "honest", "indigo", "ivory", "little", "lucky", "marble",
    "mellow", "northern", "olive", "open", "paper", "plain", "quiet", "rustic", "scarlet", "silver", "small",
    "southern", "spare", "sunny", "velvet", "walnut", "winter",
)  # fmt: skip
LOCATIONS = {"USA": 2840, "Canada": 2124, "UK / London": 1006886, "Germany": 2276, "France": 2250, "Europe": 2276}
GIVEN_NAMES = (
    "Ada", "Bela", "Carla", "Davi", "Elif", "Femi", "Greta", "Hana", "Ivo", "Jun", "Karim", "Lena", "Milo", "Noor",
    "Oskar", "Pia", "Rosa", "Samir", "Tove", "Uma", "Vera", "Wim", "Yara", "Zoë",
)  # fmt: skip
MAILBOXES = ("hello", "contact", "editor", "studio", "office", "info")
KEYWORDS = ("blog", "magazine", "shop", "studio", "guide")
INTENTS = ("service", "brand", "blog", "media", "marketplace", "platform")
TITLES = (
    "{name}: notes on {category}",
    "{name} | {category} in {location}",
    "The {name} journal",
    "{name}, for everyone who cares about {category}",
)
BIOS = (
    "{given} writes about {category} from {location}.",
    "Everything {category}. Messages are read on weekdays.",
    "{category}, every day but Sunday. Said to be useful.",
)
SUBJECTS = (
    "An idea for the readers of {name}",
    "{topic_capital} for {name}?",
    "A question about {name}",
)
DRAFT = """Hello {greeting},

I came across {name} while looking for sites on {category} in {location}, and stayed longer than I meant to.

We make {topic}. I think some of your readers would like to see it: may I send you two or three pictures and a short \
text that you can use as you please?

Kind regards
Alex, Plumbline Prints"""
FOLLOW_UP_SUBJECT = "Once more: {subject}"
FOLLOW_UP = """Hello {greeting},

my last letter may have come at a bad time, so here is the short form: {topic}, two or three pictures, free to use on \
{name}. Just say no if it does not fit, and I will not write again.

Kind regards
Alex, Plumbline Prints"""
SCRAPE_ERROR = "The site did not answer within 30 seconds."
FAIR_NOTE = "Stopped at our stand at the spring fair and took a catalogue along."
PRICE_LIST = "Prints, A4: 24\nPrints, A3: 38\nMurals, per square metre: 55\nPortraits from a photograph: from 90\n"
