namespace Mahlplan.Api;

public static class Auftraege
{
    public static void MapAuftraege(this WebApplication app)
    {
        RouteGroupBuilder gruppe = app.MapGroup("/api/v3/auftraege").RequireAuthorization("Mandant");
        gruppe.MapGet("/", async (MahlplanKontext k) => Results.Ok(await k.FuerMandant().Auftraege()));
        gruppe.MapPost("/", async (MahlplanKontext k, NeuerAuftrag neu) => Results.Ok(await k.FuerMandant().Lege(neu)));
    }
}
