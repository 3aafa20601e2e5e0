using System.Text.Json;
using System.Text.Json.Nodes;

namespace Propolis.Silo.Tests.Rest;

/// <summary>The checked-in document is what the routes say, and says all of it.</summary>
[Collection(RestHost.Collection)]
public sealed class OpenApiTests
{
    readonly RestHost _host;

    public OpenApiTests(RestHost host) => _host = host.Fresh();

    [Fact]
    public async Task The_document_is_the_one_that_is_checked_in()
    {
        var made = JsonNode.Parse(await _host.Client.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative)))!;
        var actual = Path.Combine(AppContext.BaseDirectory, "silo.actual.json");
        await File.WriteAllTextAsync(actual, made.ToJsonString(new JsonSerializerOptions { WriteIndented = true, IndentSize = 2, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }) + "\n");
        using var stream = typeof(OpenApiTests).Assembly.GetManifestResourceStream("silo.json")!;
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(stream), made), $"contracts/openapi/silo.json differs from what the routes say; {actual} holds that");
    }

    [Fact]
    public async Task Every_operation_has_a_name_a_summary_and_says_how_it_refuses()
    {
        var document = JsonNode.Parse(await _host.Client.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative)))!;
        var operations = document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject()).Select(one => one.Value!).ToArray();
        Assert.True(operations.Length >= 28, $"{operations.Length} operations");
        Assert.All(operations, one =>
        {
            Assert.NotNull(one["operationId"]);
            Assert.NotNull(one["summary"]);
            Assert.NotNull(one["responses"]!["default"]);
        });
        Assert.Equal(operations.Length, operations.Select(one => one["operationId"]!.GetValue<string>()).Distinct().Count());
    }

    [Fact]
    public async Task No_schema_is_left_empty()
    {
        var document = JsonNode.Parse(await _host.Client.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative)))!;
        Assert.All(document["components"]!["schemas"]!.AsObject(), schema => Assert.True(schema.Value!.AsObject().Any(member => member.Key is "type" or "oneOf" or "enum"), $"{schema.Key}: {schema.Value}"));
    }
}
