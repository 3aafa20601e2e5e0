using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Propolis.Contracts.Server;
using Propolis.OpenApi;

namespace Propolis.Server.Rest;

/// <summary>The document of this interface, at <c>/openapi/v5.json</c>; <c>contracts/openapi/propolis-server.json</c> is the released one, with which a test compares it.</summary>
static class ServerOpenApi
{
    /// <summary>Where it is.</summary>
    public const string Path = "/openapi/v5.json";

    const string Name = "v5";

    /// <summary>Registers it.</summary>
    public static IServiceCollection AddServerOpenApi(this IServiceCollection services) => services.AddOpenApi(Name, options =>
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        options.CreateSchemaReferenceId = type => ContractSchemas.IsInline(type.Type) ? null : OpenApiOptions.CreateDefaultSchemaReferenceId(type);
        options.AddSchemaTransformer(ContractSchemas.TransformAsync);
        options.AddOperationTransformer(CompleteAsync);
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "propolis-server",
                Version = ApiVersions.Latest.ToString(),
                Description = "One virtual machine. Operations below /migration, the power button and the outcome are beyond the original's interface.",
            };
            document.Servers = [];
            return Task.CompletedTask;
        });
    });

    // What every operation has: the error body, and the version that the request speaks.
    static async Task CompleteAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancel)
    {
        operation.Responses ??= [];
        operation.Responses["default"] = new OpenApiResponse
        {
            Description = "why not",
            Content = new Dictionary<string, OpenApiMediaType> { ["application/json"] = new() { Schema = await context.GetOrCreateSchemaAsync(typeof(ServerError), null, cancel) } },
        };
        operation.Parameters ??= [];
        operation.Parameters.Add(new OpenApiParameter
        {
            Name = ApiVersions.Header,
            In = ParameterLocation.Header,
            Description = "version of the interface; the newest when absent",
            Schema = new OpenApiSchema { Type = JsonSchemaType.String },
        });
    }
}
