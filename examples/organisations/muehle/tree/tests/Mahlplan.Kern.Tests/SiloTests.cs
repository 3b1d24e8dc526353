using Xunit;

namespace Mahlplan.Kern.Tests;

public class SiloTests
{
    [Fact]
    [Trait("Anforderung", "ANF-12")]
    public void WarntUnterMindestbestand()
    {
        Silo silo = new("Dinkel 630", 10m, 6m);
        silo.Entnimm(5m);
        Assert.True(silo.UnterMindestbestand);
    }

    [Fact]
    public void LehntZuGrosseEntnahmeAb() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new Silo("Dinkel 630", 1m, 0m).Entnimm(2m));
}
