using Mahlplan.Api;
using Microsoft.EntityFrameworkCore;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
builder.Services.AddDbContext<MahlplanKontext>(o => o.UseNpgsql(builder.Configuration.GetConnectionString("Mahlplan")));
builder.Services.AddOpenApi();

WebApplication app = builder.Build();
app.UseStaticFiles();
app.MapGet("/gesund", () => Results.Ok(new { stand = "bereit" }));
app.MapGet("/version", () => Results.Ok(Versionsangabe.Lies()));
app.MapAuftraege();
app.MapSilos();
await app.RunAsync();
