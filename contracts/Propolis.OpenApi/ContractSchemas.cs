using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Propolis.Contracts;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Serialization;
using Propolis.Contracts.Specs;

namespace Propolis.OpenApi;

/// <summary>Schemas of contract types whose JSON comes from converters, which a generator cannot look into: ids, lists, maps, tagged unions.</summary>
public static class ContractSchemas
{
    // Types whose schema is being made on the way to here: one that holds itself is named there instead of written out for ever.
    static readonly AsyncLocal<HashSet<Type>?> Open = new();

    /// <summary>Completes a schema that the generator left empty.</summary>
    public static async Task TransformAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancel)
    {
        var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
        if (context.JsonPropertyInfo?.AttributeProvider?.IsDefined(typeof(System.Text.Json.Serialization.JsonConverterAttribute), inherit: false) == true && type == typeof(EquatableList<byte>))
            Become(schema, JsonSchemaType.Array).Items = new OpenApiSchema { Type = JsonSchemaType.Integer, Minimum = "0", Maximum = "255" };
        else if (IsId(type))
            Become(schema, JsonSchemaType.String).Pattern = $"^{Prefix(type)}[a-z0-9_.-]{{1,64}}$";
        else if (type == typeof(SpecKey))
            Become(schema, JsonSchemaType.String);
        else if (Arguments(type, typeof(EquatableList<>)) is [var item])
            Become(schema, JsonSchemaType.Array).Items = await OnceAsync(item, context, cancel);
        else if (Arguments(type, typeof(EquatableMap<,>)) is [_, var value])
            Become(schema, JsonSchemaType.Object).AdditionalProperties = await OnceAsync(value, context, cancel);
        else if (type.GetCustomAttribute<TaggedUnionAttribute>(inherit: false) is { } union)
            await BecomeUnionAsync(schema, type, union, context, cancel);
    }

    /// <summary>Lists have no name of their own: they are written where they are used.</summary>
    public static bool IsInline(Type type) => Arguments(type, typeof(EquatableList<>)) is not null;

    static async Task BecomeUnionAsync(OpenApiSchema schema, Type type, TaggedUnionAttribute union, OpenApiSchemaTransformerContext context, CancellationToken cancel)
    {
        schema.OneOf = [];
        foreach (var one in type.GetCustomAttributes<UnionCaseAttribute>(inherit: false))
        {
            var fields = new Dictionary<string, IOpenApiSchema> { [union.Tag] = new OpenApiSchema { Type = JsonSchemaType.String, Enum = [JsonValue.Create(one.Name)] } };
            if (one.Type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Length > 0)
                fields[union.Content] = await context.GetOrCreateSchemaAsync(one.Type, null, cancel);
            schema.OneOf.Add(new OpenApiSchema { Type = JsonSchemaType.Object, Required = fields.Keys.ToHashSet(), Properties = fields });
        }
    }

    static async Task<IOpenApiSchema> OnceAsync(Type type, OpenApiSchemaTransformerContext context, CancellationToken cancel)
    {
        var open = Open.Value ??= [];
        if (!open.Add(type)) return new OpenApiSchemaReference(type.Name, context.Document);
        try
        {
            return await context.GetOrCreateSchemaAsync(type, null, cancel);
        }
        finally
        {
            open.Remove(type);
        }
    }

    static OpenApiSchema Become(OpenApiSchema schema, JsonSchemaType type)
    {
        schema.Type = type;
        return schema;
    }

    static bool IsId(Type type) => type.IsValueType && type.GetInterfaces().Any(one => one.IsGenericType && one.GetGenericTypeDefinition() == typeof(IEntityId<>));

    static string Prefix(Type type) => (string)type.GetProperty("Prefix", BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!;

    static Type[]? Arguments(Type? type, Type generic)
    {
        while (type is not null && !(type.IsGenericType && type.GetGenericTypeDefinition() == generic))
            type = type.BaseType;
        return type?.GetGenericArguments();
    }
}
