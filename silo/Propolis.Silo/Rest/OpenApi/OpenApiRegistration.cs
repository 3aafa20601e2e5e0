using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Propolis.OpenApi;
using Propolis.Silo.Rest.OpenApi;

namespace Propolis.Silo.Rest;

/// <summary>The OpenAPI document: made from the routes, and checked in as <c>contracts/openapi/silo.json</c>, with which a test compares it.</summary>
public static class OpenApiRegistration
{
    /// <summary>Adds the document.</summary>
    /// <param name="services">The silo's services.</param>
    public static IServiceCollection AddSiloOpenApi(this IServiceCollection services) => services.AddOpenApi(RestApi.DocumentName, options =>
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        options.CreateSchemaReferenceId = type => ContractSchemas.IsInline(type.Type) ? null : OpenApiOptions.CreateDefaultSchemaReferenceId(type);
        options.AddSchemaTransformer(ContractSchemas.TransformAsync);
        options.AddOperationTransformer(CommonParts.TransformAsync);
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo { Title = "Propolis silo", Version = "1.0.0", Description = "Instances, volumes, sleds, projects, migrations and events of a cluster." };
            document.Servers = [];
            return Task.CompletedTask;
        });
    });
}
