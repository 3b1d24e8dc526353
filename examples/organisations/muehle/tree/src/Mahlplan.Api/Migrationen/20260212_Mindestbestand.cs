using Microsoft.EntityFrameworkCore.Migrations;

namespace Mahlplan.Api.Migrationen;

public partial class Mindestbestand : Migration
{
    protected override void Up(MigrationBuilder b) =>
        b.AddColumn<decimal>(name: "mindestbestand", table: "silos", nullable: false, defaultValue: 0m);

    protected override void Down(MigrationBuilder b) => b.DropColumn(name: "mindestbestand", table: "silos");
}
