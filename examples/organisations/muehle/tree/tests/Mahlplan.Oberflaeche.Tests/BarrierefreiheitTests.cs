using Deque.AxeCore.Playwright;
using Xunit;

namespace Mahlplan.Oberflaeche.Tests;

public class BarrierefreiheitTests(Seite seite) : IClassFixture<Seite>
{
    [Theory]
    [InlineData("/")]
    [InlineData("/silos")]
    [InlineData("/rueckmeldung")]
    public async Task KeineVerstoesse(string pfad)
    {
        await seite.Page.GotoAsync(pfad);
        var ergebnis = await seite.Page.RunAxe();
        Assert.Empty(ergebnis.Violations);
    }
}
