% dump_mat.m X.mat FOLDER: every variable that neurode.variables of a MAT-file names, every attribute and all labels, as
% bytes in a file each of the folder (row-major, of their own class), and a line each in index.txt.
function dump(folder, index, kind, path, x)
  persistent k = 0;
  k++;
  file = fopen(fullfile(folder, sprintf("%d.bin", k)), "w");
  if (ischar(x))
    fwrite(file, x, "uint8");
  else
    fwrite(file, permute(x, ndims(x):-1:1), class(x));
  endif
  fclose(file);
  fprintf(index, "%d\t%s\t%s\t%s\t%s\n", k, kind, path, class(x), regexprep(num2str(size(x)), " +", ","));
endfunction

function each(folder, index, kind, path, s)
  for [value, key] = s
    if (isstruct(value))
      each(folder, index, kind, [path key "."], value);
    else
      dump(folder, index, kind, [path key], value);
    endif
  endfor
endfunction

function described(folder, index, path, s, all)
  for [value, key] = s
    if (! isfield(value, "dimensions"))
      described(folder, index, [path key "."], value, all.(key));
      continue;
    endif
    along = {strjoin(value.dimensions, ","), strjoin(value.labels, ",")};
    text = strjoin([{[path key], value.name, value.units, value.long_name}, along], "\t");
    fprintf(index, "0\tdescription\t%s\n", text);
    dump(folder, index, "variable", [path key], all.(key));
    each(folder, index, "variable attribute", [path key "/"], value.attributes);
  endfor
endfunction

arguments = argv();
all = load(arguments{1});
folder = arguments{2};
index = fopen(fullfile(folder, "index.txt"), "w");
fprintf(index, "0\ttop\t%s\n", strjoin(fieldnames(all)', "\t"));
described(folder, index, "", all.neurode.variables, all);
each(folder, index, "attribute", "", all.neurode.attributes);
each(folder, index, "labels", "", all.neurode.labels);
fclose(index);
