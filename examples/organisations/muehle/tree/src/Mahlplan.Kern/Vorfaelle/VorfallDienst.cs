namespace Mahlplan.Kern.Vorfaelle;

/// <summary>Nimmt Vorfälle einer Mühle auf (heißes Lager, verstopfte Schnecke) und ordnet sie dem Walzenstuhl zu.</summary>
public sealed class VorfallDienst
{
    private readonly List<Vorfall> vorfaelle = [];

    public void Melde(string stuhl, string ursache) => this.vorfaelle.Add(new Vorfall(stuhl, ursache));

    public int Anzahl(string stuhl) => this.vorfaelle.Count(v => v.Stuhl == stuhl);
}

public sealed record Vorfall(string Stuhl, string Ursache);
