using System.Text.Json;
using Propolis.Server.Rest;

namespace Propolis.Server.Tests;

public sealed class OpenApiTests
{
    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Operation ids of API 5.0.0, as its document names them.</summary>
    static readonly string[] OfTheOriginal =
    [
        "instance_ensure", "instance_get", "instance_spec_get", "instance_state_monitor", "instance_state_put", "instance_serial_history_get", "instance_serial", "instance_migrate_start",
        "instance_migrate_status", "instance_issue_crucible_snapshot_request", "disk_volume_status", "instance_issue_crucible_vcr_request", "instance_issue_nmi",
    ];

    [Fact]
    public async Task The_document_is_the_released_one()
    {
        await using var server = await TestServer.StartAsync(new FakeFactory());
        var today = Normal(await server.Http.GetStringAsync(ServerOpenApi.Path));
        var output = Path.Combine(AppContext.BaseDirectory, "propolis-server.actual.json");
        await File.WriteAllTextAsync(output, today);
        using var stream = typeof(OpenApiTests).Assembly.GetManifestResourceStream("propolis-server.json")!;

        Assert.True(Normal(await new StreamReader(stream).ReadToEndAsync()) == today, $"the interface differs from contracts/openapi/propolis-server.json; {output} holds today's");
    }

    [Fact]
    public async Task Every_operation_of_the_original_is_there()
    {
        await using var server = await TestServer.StartAsync(new FakeFactory());
        using var document = JsonDocument.Parse(await server.Http.GetStringAsync(ServerOpenApi.Path));

        var ids = document.RootElement.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject()).Select(operation => operation.Value.GetProperty("operationId").GetString());

        Assert.Empty(OfTheOriginal.Except(ids));
    }

    static string Normal(string json) => JsonSerializer.Serialize(JsonDocument.Parse(json).RootElement, Indented) + "\n";
}
