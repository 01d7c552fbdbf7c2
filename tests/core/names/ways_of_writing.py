"""Names as people write them: each line is one name, and different lines differ."""

# ruff: noqa: RUF001, RUF003

import unicodedata

LINES: list[tuple[str, ...]] = [
    # Case, spaces, apostrophes, order
    (
        "Ana Lima",
        "ANA  lima",
        " Ana\u00a0Lima\t",
        "Lima, Ana",
        "LIMA,ANA",
        "Lima , Ana",
    ),
    ("Lima Ana", "Ana, Lima", "Ana\uff0cLima", "Ana\u060c Lima"),
    ("Ana", "ana", "Ana,", ", ana"),
    ("Lima, Ana, Dr.", "lima,  ana, DR."),
    (
        "Jose Perez",
        "José Pérez",
        "Jose\u0301 Pe\u0301rez",
        "PÉREZ, JOSÉ",
        "Jo\u00adsé Pérez",
    ),
    ("José-Pérez",),
    (
        "Sean O'Neil",
        "Sean O\u2019Neil",
        "Seán O\u2018NEIL",
        "Sean O\u201bNeil",
        "Sean O\u02bcNeil",
        "Sean O`Neil",
        "Sean O\u00b4Neil",
        "Sean O\u2032Neil",
        "Sean O\uff07Neil",
        "Sean O\uff40Neil",
        "Sean O\u02bbNeil",
        "Sean O\u0384Neil",
        "O\u2019Neil, Seán",
    ),
    ("Sean ONeil", "Sean Oneil"),
    (
        "Lina",
        "\u2068Lina\u2069",
        "L\u200bi\u200cn\u200da",
        "Li\ufe0fna",
        "\ufeffLina\u2060",
    ),
    ("Lena", "Ｌｅｎａ", "Ⓛⓔⓝⓐ", "𝐋𝐞𝐧𝐚"),
    ("Layla Ahmed", "LAYLA AHMED"),
    ("",),
    ("🙂", "🙂\ufe0f"),
    # Latin letters
    ("Lukasz Zolc", "Łukasz Żółć", "ŁUKASZ ŻÓŁĆ", "Łukasz Z\u0307o\u0301łc\u0301"),
    ("Strasse", "Straße", "STRASSE", "STRAẞE"),
    ("Mueller",),
    ("Muller", "Müller", "Mu\u0308ller", "MÜLLER"),
    ("Soren", "Søren", "SØREN", "Sǿren"),
    ("Aesir Oeuvre", "Æsir Œuvre", "ÆSIR œuvre", "Ǽsir Œuvre"),
    ("Ipek Isik", "İpek Işık", "ipek ışık", "İPEK IŞIK", "I\u0307pek I\u015f\u0131k"),
    ("Dordevic", "Đorđević", "đorđević", "ĐORĐEVIC\u0301"),
    (
        "Nguyen Thi Dieu Ha",
        "Nguyễn Thị Diệu Hà",
        "NGUYỄN THỊ DIỆU HÀ",
        "Nguye\u0302\u0303n Thi\u0323 Die\u0323\u0302u Ha\u0300",
        "Nguyê\u0303n Thị Diê\u0323u Hà",
        "nguyen thi Đieu ha",
    ),
    ("Do", "Đỗ", "ĐỖ", "đo"),
    ("To", "Tơ", "TÔ"),
    ("Stefan", "Ștefan", "Ştefan", "ŞTEFAN"),
    # Greek: the final sigma, tonos, dialytika, iota subscript
    ("Νικοσ", "Νίκος", "ΝΙΚΟΣ", "νικος", "Νι\u0301κος", "ΝΊΚΟΣ", "Ν\u1f77κος"),
    ("Γιαννης Μαιου", "Γιάννης Μαΐου", "ΓΙΑΝΝΗΣ ΜΑΪΟΥ", "Μαΐου, Γιάννης"),
    ("ωιδη", "ᾠδή", "ᾨΔΉ", "ΩΙΔΗ"),
    # Cyrillic: й is a letter of its own, ё is written е
    ("Йван", "йван", "И\u0306\u0306ван", "И\u0306ван", "ЙВАН"),
    ("Иван", "ИВАН", "Ива\u0301н"),
    (
        "Андрей Семенов",
        "Андрей Семёнов",
        "АНДРЕЙ СЕМЁНОВ",
        "Андре\u0438\u0306 Семе\u0308нов",
    ),
    ("Андреи Семенов",),
    ("Андрей",),
    # Arabic: hamza, alef, yeh, heh, tatweel, signs
    ("احمد", "أحمد", "ا\u0654حمد", "أَحْمَد", "آحمد", "إحمد", "\u0671حمد", "احـمد"),
    ("محمد", "مُحَمَّد", "محـمد", "محـــمد", "م\u064f\u200dحمد"),
    ("محمود",),
    ("فاطمه", "فاطمة", "فَاطِمَة", "فاطمۃ"),
    ("ليلي", "ليلى", "لیلی", "لَيْلَى"),
    ("رويا", "رؤيا", "رو\u0654يا"),
    ("عايشه", "عائشة", "عاي\u0654شة", "عائشه"),
    ("عاءشه",),
    ("ساره", "سارة", "سَارَّة"),
    ("سيرة",),
    ("اللّٰه", "\ufdf2"),
    ("سلام", "\ufeb3\ufefc\ufee1"),
    # Persian, Urdu, Kurdish
    ("كريمي", "کریمی", "كريمى", "ک\u200cریمی"),
    ("هما", "ہما", "ھما"),
    ("نامه", "نامۀ", "نامه\u0654", "نامۂ"),
    ("علي", "علی", "على"),
    ("علے",),
    ("پروین",),
    ("بروين", "بروین"),
    ("گیتا",),
    ("چنگیز",),
    ("جنكيز", "جنکیز"),
    ("ئهحمهد", "ئەحمەد", "ئه\u200cحمه\u200cد"),
    # Hebrew
    ("ג'ורג'", "ג\u05f3ורג\u05f3", "ג\u2019ורג\u2019"),
    ("שלום",),
    ("שׁלום", "\ufb2aלום", "ש\u05c1לום"),
    # Indian scripts
    ("कुमार", "कु\u200dमार", "कुमार\u200c"),
    ("कमार",),
    ("क़मार", "\u0958मार", "क\u093cमार"),
    ("ஆனந்த்",),
    ("ஆனந்த",),
    # Japanese
    ("はな", "は\u200bな"),
    ("ばな", "は\u3099な"),
    ("ぱな", "は\u309aな"),
    ("ハナ", "\uff8a\uff85"),
    ("バナ", "\uff8a\uff9e\uff85", "ハ\u3099ナ"),
    ("田中 はな", "田中\u3000はな", "はな, 田中"),
    ("渡辺",),
    ("渡邊",),
    # Korean
    ("김민준", "\u1100\u1175\u11b7\u1106\u1175\u11ab\u110c\u116e\u11ab"),
    ("김민주",),
    # Others
    ("Ովսեփ", "ՈՎՍԵՓ"),
    ("ნინო", "\u1c9c\u1c98\u1c9c\u1c9d"),
    ("สมชาย",),
    ("สมชาญ",),
]

TEXTS = [text for line in LINES for text in line]
# All characters that this Python knows, without ideographs and syllables by thousands.
CHARACTERS = [
    letter
    for letter in map(chr, range(0x110000))
    if unicodedata.category(letter) not in ("Cs", "Cn", "Co")
    and not unicodedata.name(letter, "").startswith(
        ("CJK UNIFIED", "HANGUL SYLLABLE", "TANGUT", "CUNEIFORM", "EGYPTIAN")
    )
]
# Letters of each kind, in front of every character.
BEFORE = ("", "a", "и", "م", "は")

INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u180e\u200b\u200c\u200d\u200e\u2060\u2068\u3164"
    "\ufe0f\ufeff\U000e0041"
)
SPACES = [" ", "  ", "\u00a0", "\u3000"]
COMMAS = [",", ", ", "\u060c ", "\uff0c"]

# Words of plain letters, and what stands for each of them in a name.
WRITTEN = {
    "a": "a A á Á ạ Ậ ａ Ａ a\u0308 a\u0301\u0323",
    "d": "d D đ Đ ď",
    "e": "e E é Ễ ë ę e\u030c",
    "i": "i I í İ ı I\u0307 ï",
    "l": "l L ł Ł ĺ ｌ",
    "o": "o O ø Ø ö Ő ơ o\u031b\u0301",
    "s": "s S š Ş ș ſ",
    "ss": "ss ß ẞ SS sS",
    "ae": "ae æ Æ Ǽ AE",
    "oe": "oe œ Œ OE",
    "'": "' \u2019 \u2018 \u02bc ` \u00b4 \u2032 \uff07",
    "σ": "σ Σ ς",
    "η": "η Η ή Ή ῆ η\u0301",
    "е": "е Е ё Ё е\u0308 ѐ",
    "и": "и И ѝ и\u0301",
    "й": "й Й и\u0306 И\u0306",
    "ا": "ا أ إ آ \u0671 ا\u0654 ا\u064e اـ",
    "ه": "ه ة ہ ە ه\u064f",
    "ي": "ي ى ی ئ ي\u0651\u064e",
    "ك": "ك ک كـ",
    "و": "و ؤ و\u0652",
    "क": "क",
    "कु": "कु",
    "は": "は",
    "ば": "ば は\u3099",
    "ハ": "ハ \uff8a",
    "각": "각 \u1100\u1161\u11a8",
}
WRITTEN_AS = {plain: ways.split(" ") for plain, ways in WRITTEN.items()}

# Letters and marks that touch each other.
TROUBLESOME = "aeiosłßİıΣς'ʼ, \u0301\u0306\u0345иИйأىہ\u0654\u064eはばक\u093c"
