"""Made-up texts are halved without overlap."""

from model.data import out_of_domain_texts


def test_probes_are_halved_without_overlap() -> None:
    for groups in (out_of_domain_texts.FOREIGN, out_of_domain_texts.OTHER):
        even, odd = out_of_domain_texts.halves(groups)
        assert not set(even) & set(odd)
        assert len(even) + len(odd) == sum(map(len, groups.values()))
