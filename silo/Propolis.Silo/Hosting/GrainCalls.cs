using System.Reflection;
using System.Text.Json;
using Propolis.Contracts.Hosting;
using Propolis.Contracts.Serialization;

namespace Propolis.Silo.Hosting;

/// <summary>The endpoint behind <see cref="RemoteGrains"/>: any method of any grain, for agents and services.</summary>
public static class GrainCalls
{
    static readonly MethodInfo GetGrain = typeof(IGrains).GetMethod(nameof(IGrains.Get))!;

    /// <summary>Maps <c>POST /v1/grains/{interface}/{key}/{method}</c>: 200 with the result, 204 without, 404 for an unknown name, 400 for a wrong argument, 503 when the outcome is unknown.</summary>
    /// <param name="routes">Where.</param>
    public static void MapGrainCalls(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/v1/grains/{interface}/{key}/{method}", CallAsync).ExcludeFromDescription();

    static async Task<IResult> CallAsync(string @interface, string key, string method, HttpRequest request, IGrains grains)
    {
        if (!GrainNames.Interfaces.TryGetValue(@interface, out var type))
            return Results.Problem($"there is no grain interface {@interface}", statusCode: StatusCodes.Status404NotFound);
        if (Array.Find(type.GetMethods(), candidate => GrainNames.Of(candidate) == method) is not { } found)
            return Results.Problem($"{@interface} has no method {method}", statusCode: StatusCodes.Status404NotFound);
        try
        {
            var arguments = await ReadArgumentAsync(found, request);
            var grain = GetGrain.MakeGenericMethod(type).Invoke(grains, [key]);
            var call = (Task)found.Invoke(grain, arguments)!;
            await call;
            return found.ReturnType == typeof(Task) || ResultOf(call) is not { } result
                ? Results.NoContent()
                : Results.Json(result, PropolisJson.Options);
        }
        catch (JsonException e)
        {
            return Results.Problem($"the argument of {method} cannot be read: {e.Message}", statusCode: StatusCodes.Status400BadRequest);
        }
        catch (TargetInvocationException e) when (e.InnerException is ArgumentException cause)
        {
            return Results.Problem(cause.Message, statusCode: StatusCodes.Status404NotFound);
        }
        catch (GrainCallException e)
        {
            return Results.Problem(e.Message, statusCode: StatusCodes.Status503ServiceUnavailable);
        }
    }

    static async Task<object?[]> ReadArgumentAsync(MethodInfo method, HttpRequest request)
    {
        if (method.GetParameters() is not [{ } parameter])
            return [];
        var argument = await JsonSerializer.DeserializeAsync(request.Body, parameter.ParameterType, PropolisJson.Options, request.HttpContext.RequestAborted);
        return [argument ?? throw new JsonException("null is not allowed")];
    }

    static object? ResultOf(Task call) => call.GetType().GetProperty("Result")!.GetValue(call);
}
