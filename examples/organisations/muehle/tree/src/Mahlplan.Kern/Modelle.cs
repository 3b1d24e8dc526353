namespace Mahlplan.Kern;

public sealed record Mahlauftrag(string Sorte, decimal Tonnen, DateTimeOffset Faellig, TimeSpan Dauer);

public sealed record Einplanung(Mahlauftrag Auftrag, Walzenstuhl Stuhl, DateTimeOffset Beginn);

public sealed class Walzenstuhl(string name, DateTimeOffset freiAb)
{
    public string Name { get; } = name;

    public DateTimeOffset FreiAb { get; private set; } = freiAb;

    public void Belege(TimeSpan dauer) => this.FreiAb += dauer;
}
