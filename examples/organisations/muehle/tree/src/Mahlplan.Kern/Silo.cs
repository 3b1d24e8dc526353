namespace Mahlplan.Kern;

/// <summary>Bestand eines Silos mit Mindestmenge je Sorte.</summary>
public sealed class Silo(string sorte, decimal bestand, decimal mindestbestand)
{
    public string Sorte { get; } = sorte;

    public decimal Bestand { get; private set; } = bestand;

    public bool UnterMindestbestand => this.Bestand < mindestbestand;

    public void Entnimm(decimal tonnen)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tonnen, this.Bestand);
        this.Bestand -= tonnen;
    }
}
