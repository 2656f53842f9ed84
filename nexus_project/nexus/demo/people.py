"""Names of invented people, by the language their parents spoke.

A name that is not in Latin letters comes with its romanisation, which its e-mail address uses.
The lists of a pool have lengths without a common divisor, so that walking both at once pairs
every first name with every last name before a pair comes twice.
"""

from __future__ import annotations

from dataclasses import dataclass

NameAndLatin = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Pool:
    """First and last names of one language, each with its spelling in plain letters."""

    first: tuple[NameAndLatin, ...]
    last: tuple[NameAndLatin, ...]

    def person(self, number: int) -> tuple[NameAndLatin, NameAndLatin]:
        """Return the first and last name of the ``number``-th person, counted from zero."""
        return self.first[number % len(self.first)], self.last[number % len(self.last)]


def _latin(names: str) -> tuple[NameAndLatin, ...]:
    return tuple((name, name) for name in names.replace("_", " ").split(","))


def _pairs(names: str) -> tuple[NameAndLatin, ...]:
    pairs = (entry.split("=") for entry in names.split(","))
    return tuple((name, latin) for name, latin in pairs)


POOLS: dict[str, Pool] = {
    "irish": Pool(
        _latin(
            "Nora,Cillian,Siobhán,Eoin,Aoife,Declan,Gráinne,Patrick,Róisín,Fergus,Maeve,Conor,Deirdre,"
            "Brendan,Sinéad,Liam,Orla,Tadhg,Bríd,Oisín,Ciara,Padraig,Fionnuala"
        ),
        _latin(
            "Byrne,O'Sullivan,Kavanagh,Moriarty,Doyle,McCarthy,O'Brien,Gallagher,Fitzgerald,Walsh,"
            "Seoighe,Nolan,Brennan,Quinn,D'Arcy,Breathnach,Hennessy,Keogh,O'Donoghue"
        ),
    ),
    "english": Pool(
        _latin(
            "Harriet,Marcus,Priya,Oliver,Grace,Tunde,Rebecca,James,Amara,Stephen,Lucy,Devon,Margaret,"
            "Imran,Charlotte,Kwame,Helen"
        ),
        _latin(
            "Whitfield,Adeyemi,Sharma,Barlow,Osei,Pemberton,Khan,Ashworth,Mensah,Holloway,Patel,"
            "St_John,Fletcher,Nwosu,Carrington"
        ),
    ),
    "french": Pool(
        _latin("Élodie,François,Chloé,Jérôme,Anaïs,Benoît,Gaëlle,Loïc,Hélène,Mathéo,Zoé"),
        _latin("Lefèvre,Dubois,Béranger,Saint-Exupéry,Gauthier,L'Hermite,Côté,Desprès,Maçon"),
    ),
    "german": Pool(
        _latin(
            "Jürgen,Käthe,Björn,Anneliese,Jörg,Sabine,Günther,Friederike,Matthias,Heike,Rüdiger"
        ),
        _latin("Müller,Weiß,Schröder,Köhler,von_Arnim,Bäcker,Großmann,Jäger,Vögele"),
    ),
    "spanish": Pool(
        _latin("María_José,Íñigo,Begoña,Raúl,Lucía,Andrés,Inés,Joaquín,Noelia,Óscar,Ángela"),
        _latin("Peña,Muñoz_Rivas,Ibáñez,García_Márquez,Nuñez,Álvarez,Zúñiga,Echeverría,Ordóñez"),
    ),
    "polish": Pool(
        _latin("Małgorzata,Łukasz,Agnieszka,Paweł,Bożena,Grzegorz,Zofia,Mirosław"),
        _latin("Wójcik,Gołąb,Wróbel,Dąbek,Kołodziej,Błaszczyk,Źrebiec"),
    ),
    "nordic": Pool(
        _latin("Søren,Åsa,Bjørn,Sigrún,Jógvan,Märta,Øystein,Þórdís,Kåre,Liisa,Håkon"),
        _latin("Skærgård,Lindqvist,Ødegaard,Blöndal,Åkesson,Nygård,Hämäläinen,Sørensen,Bråten"),
    ),
    "chinese": Pool(
        _pairs(
            "伟=Wei,秀英=Xiuying,敏=Min,静怡=Jingyi,浩然=Haoran,丽华=Lihua,建国=Jianguo,梓涵=Zihan"
        ),
        _pairs("王=Wang,李=Li,张=Zhang,陈=Chen,欧阳=Ouyang,赵=Zhao,黄=Huang"),
    ),
    "hebrew": Pool(
        _pairs("נועה=Noa,איתי=Itai,תמר=Tamar,אורי=Uri,שירה=Shira,דניאל=Daniel,מיכל=Michal"),
        _pairs("כהן=Cohen,לוי=Levi,מזרחי=Mizrahi,פרץ=Peretz,ביטון=Biton"),
    ),
    "arabic": Pool(
        _pairs("ليلى=Layla,عمر=Omar,فاطمة=Fatima,يوسف=Yousef,مريم=Maryam,خالد=Khalid,نور=Nour"),
        _pairs("الحداد=Al-Haddad,منصور=Mansour,النجار=Al-Najjar,خليل=Khalil,الشامي=Al-Shami"),
    ),
}
