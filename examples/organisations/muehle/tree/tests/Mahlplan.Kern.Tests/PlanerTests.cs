using Xunit;

namespace Mahlplan.Kern.Tests;

public class PlanerTests
{
    [Fact]
    [Trait("Anforderung", "ANF-11")]
    public void FruehesterStuhlWirdZuerstBelegt()
    {
        DateTimeOffset sechs = new(2026, 1, 5, 6, 0, 0, TimeSpan.Zero);
        Planer planer = new([new Walzenstuhl("A", sechs), new Walzenstuhl("B", sechs.AddHours(-1))]);
        var plan = planer.Plane([new Mahlauftrag("Roggen 997", 4m, sechs.AddDays(1), TimeSpan.FromHours(2))]);
        Assert.Equal("B", plan[0].Stuhl.Name);
    }
}
