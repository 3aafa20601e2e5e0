using System.Globalization;
using System.Numerics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;

namespace Propolis.OpenApi;

/// <summary>
/// Holds requests to what the documents say of numbers and of true and false in the query. Delegates made at build time take an empty text for an absent one and answer any other that is none with a bare 400;
/// this refuses both in the words of the delegates that are made at run time.
/// </summary>
public static class QueryValues
{
    /// <summary>The middleware; it goes behind whatever answers <see cref="BadHttpRequestException"/>, and needs the endpoint chosen.</summary>
    /// <param name="context">The request.</param>
    /// <param name="next">What comes after.</param>
    /// <exception cref="BadHttpRequestException">One is neither.</exception>
    public static Task CheckAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Request.QueryString.HasValue && context.GetEndpoint() is RouteEndpoint endpoint)
        {
            foreach (var parameter in endpoint.Metadata.GetOrderedMetadata<IParameterBindingMetadata>())
                Check(parameter, context.Request.Query);
        }
        return next(context);
    }

    static void Check(IParameterBindingMetadata parameter, IQueryCollection query)
    {
        if (!parameter.HasTryParse)
            return;
        var name = parameter.ParameterInfo.GetCustomAttributes(inherit: false).OfType<IFromQueryMetadata>().FirstOrDefault()?.Name ?? parameter.Name;
        var type = parameter.ParameterInfo.ParameterType;
        if ((string?)query[name] is { } text && Fault(Nullable.GetUnderlyingType(type) ?? type, text) is { } wanted)
            throw new BadHttpRequestException($"Failed to bind parameter \"{(Nullable.GetUnderlyingType(type) is null ? wanted : $"Nullable<{wanted}>")} {parameter.Name}\" from \"{text}\".");
    }

    static string? Fault(Type type, string text) =>
        type == typeof(int) ? Fault<int>(text, "int")
        : type == typeof(long) ? Fault<long>(text, "long")
        : type == typeof(ulong) ? Fault<ulong>(text, "ulong")
        : type == typeof(bool) && !bool.TryParse(text, out _) ? "bool"
        : null;

    static string? Fault<T>(string text, string word)
        where T : INumberBase<T> => T.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out _) ? null : word;
}
