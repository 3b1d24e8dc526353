namespace Mahlplan.Kern;

/// <summary>Verteilt Mahlaufträge auf Walzenstühle.</summary>
public sealed class Planer
{
    private readonly IReadOnlyList<Walzenstuhl> stuehle;

    public Planer(IReadOnlyList<Walzenstuhl> stuehle) => this.stuehle = stuehle;

    /// <summary>Gibt zu jedem Auftrag den frühesten freien Walzenstuhl zurück.</summary>
    public IReadOnlyList<Einplanung> Plane(IEnumerable<Mahlauftrag> auftraege)
    {
        List<Einplanung> plan = [];
        foreach (Mahlauftrag auftrag in auftraege.OrderBy(a => a.Faellig))
        {
            Walzenstuhl frei = this.stuehle.OrderBy(s => s.FreiAb).First();
            plan.Add(new Einplanung(auftrag, frei, frei.FreiAb));
            frei.Belege(auftrag.Dauer);
        }

        return plan;
    }
}
