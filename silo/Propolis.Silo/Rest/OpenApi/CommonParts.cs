using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Propolis.Contracts.Rest;

namespace Propolis.Silo.Rest.OpenApi;

/// <summary>What every operation has: problem documents, and the headers of those that change something.</summary>
static class CommonParts
{
    /// <summary>Adds them to an operation.</summary>
    public static Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancel)
    {
        operation.Responses ??= [];
        operation.Responses["default"] = new OpenApiResponse { Description = "why not: a problem document (RFC 9457) with code, for programs, and detail, one sentence", Content = new Dictionary<string, OpenApiMediaType> { ["application/problem+json"] = new() { Schema = Problem() } } };
        if (context.Description.HttpMethod is not "GET")
        {
            operation.Parameters ??= [];
            operation.Parameters.Add(Header(RestHeaders.IdempotencyKey, "names the operation, so that it can be sent again safely: carried out once, same answer; with another body 422"));
            operation.Parameters.Add(Header(RestHeaders.Actor, "who asks, for events and histories; api when absent"));
        }
        return Task.CompletedTask;
    }

    static OpenApiParameter Header(string name, string description) => new()
    {
        Name = name,
        In = ParameterLocation.Header,
        Description = description,
        Schema = new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1, MaxLength = Caller.LongestHeader },
    };

    static OpenApiSchema Problem() => new()
    {
        Type = JsonSchemaType.Object,
        Required = new HashSet<string> { "type", "title", "status", "detail", "code" },
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["type"] = new OpenApiSchema { Type = JsonSchemaType.String },
            ["title"] = new OpenApiSchema { Type = JsonSchemaType.String },
            ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer },
            ["detail"] = new OpenApiSchema { Type = JsonSchemaType.String },
            ["code"] = new OpenApiSchema { Type = JsonSchemaType.String },
        },
    };
}
