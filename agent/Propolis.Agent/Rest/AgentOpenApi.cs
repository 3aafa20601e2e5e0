namespace Propolis.Agent.Rest;

/// <summary>The document of the agent's REST interface, at <c>/openapi/v1.json</c>; contracts/openapi/propolis-agent.json is the released one.</summary>
static class AgentOpenApi
{
    /// <summary>Registers it.</summary>
    public static IServiceCollection AddAgentOpenApi(this IServiceCollection services) => services.AddOpenApi("v1", options => options.AddDocumentTransformer((document, _, _) =>
    {
        document.Info = new() { Title = "propolis-agent", Version = "1.0.0", Description = "The daemon of a sled: VMMs by instance and incarnation." };
        document.Servers?.Clear();
        return Task.CompletedTask;
    }));
}
